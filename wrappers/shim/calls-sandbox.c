/* Programs that forbid themselves system calls: see sandbox.h. */
#include "sandbox.h"
#include "symbols.h"
#include <stdarg.h>

enum { SET_SECCOMP = 22, WORDS = 4 };

INTERPOSE(int, prctl, int option, ...);

int prctl(int option, ...)
{
	unsigned long words[WORDS];
	va_list list;
	int result;

	va_start(list, option);
	for (int i = 0; i < WORDS; i++)
		words[i] = va_arg(list, unsigned long);
	va_end(list);
	result = REAL(prctl)(option, words[0], words[1], words[2], words[3]);
	if (option == SET_SECCOMP && result == 0)
		note_sandbox();
	return result;
}

#ifdef __i386__
EXPORT int __prctl_time64(int option, ...) __attribute__((alias("prctl")));
#endif
