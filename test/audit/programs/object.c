/* An object with nothing in it, which needs libc. */
#include <unistd.h>

int dynpk_test_object(void);

int dynpk_test_object(void)
{
	return getpid();
}
