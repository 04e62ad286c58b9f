/*
 * The one sentence a launcher says when it cannot start the program, and its exit status.
 */
#ifndef DYNPK_BASE_FAIL_H
#define DYNPK_BASE_FAIL_H

enum { EXIT_LAUNCHER = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* Print `dynpk: PARTS...` to stderr. The parts end with NULL. */
void tell(const char *const *parts);
/* The same to stdout, without `dynpk: `: a line for machines. */
void print_line(const char *const *parts);
/* tell(), and exit. */
_Noreturn void fail(int status, const char *const *parts);

#define TELL(...) tell((const char *const[]){ __VA_ARGS__, (void *)0 })
#define PRINT_LINE(...) print_line((const char *const[]){ __VA_ARGS__, (void *)0 })
#define FAIL(status, ...) fail(status, (const char *const[]){ __VA_ARGS__, (void *)0 })

/* ": no such file or directory" and the like, for the result of a failed system call. */
const char *reason_of(long result);

/* 126 where the file is there but may not be executed or mapped, 125 otherwise. */
int status_of(long result);

#endif
