#include "base/fail.h"
#include "base/file.h"
#include "base/process.h"

enum { MESSAGE_PARTS = 16, PART_LENGTH = 1024 };

/* U+0080 to U+009F in UTF-8: terminals take some of them for the beginning of an escape. */
static bool is_high_control(const char *from)
{
	return (unsigned char)from[0] == 0xc2 && (unsigned char)from[1] >= 0x80 &&
	       (unsigned char)from[1] < 0xa0;
}

/* Names out of the file system may hold terminal escapes: no control character is printed raw. */
static size_t copy_printable(char *to, const char *from)
{
	size_t length = 0;

	for (; *from != '\0' && length < PART_LENGTH; from++) {
		const unsigned char byte = (unsigned char)*from;
		const bool is_high = is_high_control(from);

		to[length++] = is_high || byte < ' ' || byte == 0x7f ? '?' : *from;
		from += is_high;
	}
	return length;
}

static void write_line(int fd, struct io_vector prefix, const char *const *parts)
{
	char text[MESSAGE_PARTS][PART_LENGTH];
	struct io_vector vector[MESSAGE_PARTS + 2];
	int count = 0;

	vector[count++] = prefix;
	for (int i = 0; i < MESSAGE_PARTS && parts[i] != NULL; i++) {
		const size_t length = copy_printable(text[i], parts[i]);

		vector[count++] = (struct io_vector){ text[i], length };
	}
	vector[count++] = (struct io_vector){ "\n", 1 };
	sys_writev(fd, vector, count);
}

void tell(const char *const *parts)
{
	write_line(2, (struct io_vector){ "dynpk: ", 7 }, parts);
}

void print_line(const char *const *parts)
{
	write_line(1, (struct io_vector){ "", 0 }, parts);
}

_Noreturn void fail(int status, const char *const *parts)
{
	tell(parts);
	sys_exit_group(status);
}

const char *reason_of(long result)
{
	switch (-result) {
	case EPERM:
		return ": operation not permitted";
	case ENOENT:
		return ": no such file or directory";
	case EACCES:
		return ": permission denied";
	case ENOTDIR:
		return ": not a directory";
	case ENOEXEC:
		return ": exec format error";
	case ENOMEM:
		return ": not enough memory";
	case E2BIG:
		return ": argument list too long";
	case ENFILE:
	case EMFILE:
		return ": too many open files";
	case EEXIST:
		return ": it is there already";
	case ENOSPC:
		return ": no space left on device";
	case EDQUOT:
		return ": disk quota exceeded";
	case EROFS:
		return ": read-only file system";
	case EIO:
		return ": input/output error";
	case EFBIG:
		return ": file too large";
	case ENAMETOOLONG:
		return ": file name too long";
	case ELOOP:
		return ": too many symbolic links";
	default:
		return ": it cannot be read";
	}
}

int status_of(long result)
{
	return -result == EPERM || -result == EACCES ? EXIT_NOT_EXECUTABLE : EXIT_LAUNCHER;
}
