/*
 * The few system calls a launcher makes, straight to the kernel.
 *
 * Each returns what the kernel returns: a small negative number is minus the errno. Only calls
 * that Linux 2.6.32 has are used.
 */
#ifndef DYNPK_SYSTEM_H
#define DYNPK_SYSTEM_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#elif defined(__i386__)

/* The compiler does not give %ebp away, nor %ebx in position-independent code. */
static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	const long words[4] = { number, a, c, f };
	long result;

	__asm__ volatile("pushl %%ebp\n\t"
			 "pushl %%ebx\n\t"
			 "movl 4(%%eax), %%ebx\n\t"
			 "movl 8(%%eax), %%edx\n\t"
			 "movl 12(%%eax), %%ebp\n\t"
			 "movl 0(%%eax), %%eax\n\t"
			 "int $0x80\n\t"
			 "popl %%ebx\n\t"
			 "popl %%ebp"
			 : "=a"(result)
			 : "a"(words), "c"(b), "S"(d), "D"(e)
			 : "edx", "memory");
	return result;
}

#else
#error "no launcher for this architecture"
#endif

#define SYSTEM_CALL_FAILED(result) ((unsigned long)(result) >= (unsigned long)-4095L)

enum {
	ERROR_PERMISSION = 1,
	ERROR_NO_ENTRY = 2,
	ERROR_ACCESS = 13,
	ERROR_NO_DEVICE = 19,
	ERROR_NOT_DIRECTORY = 20,
};

enum { AT_WORKING_DIRECTORY = -100 };

enum {
	OPEN_READ_ONLY = 0,
	OPEN_CLOSE_ON_EXEC = 02000000,
	OPEN_PATH = 010000000,
};

enum {
	MAP_PROT_NONE = 0,
	MAP_PROT_READ = 1,
	MAP_PROT_WRITE = 2,
	MAP_PROT_EXEC = 4,
	MAP_PRIVATE_COPY = 0x02,
	MAP_AT_ADDRESS = 0x10,
	MAP_NO_FILE = 0x20,
};

enum { FCNTL_DUPLICATE_CLOSE_ON_EXEC = 1030 };
enum { PRCTL_SET_NAME = 15, PRCTL_SET_MEMORY = 35, PRCTL_MEMORY_MAP = 14 };

/* struct prctl_mm_map of the kernel. */
struct memory_map {
	uint64_t start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	uint64_t arg_start, arg_end, env_start, env_end;
	uint64_t *auxv;
	uint32_t auxv_size;
	uint32_t exe_fd;
};

struct io_vector {
	const void *base;
	size_t length;
};

/* struct new_utsname of the kernel. */
struct kernel_name {
	char system[65];
	char node[65];
	char release[65];
	char version[65];
	char machine[65];
	char domain[65];
};

static inline long sys_open(const char *path, int flags)
{
	return system_call(__NR_openat, AT_WORKING_DIRECTORY, (long)path, flags, 0, 0, 0);
}

static inline long sys_close(int fd)
{
	return system_call(__NR_close, fd, 0, 0, 0, 0, 0);
}

/* Offsets stay below 2 GB: headers and segments are checked against that before. */
static inline long sys_read_at(int fd, void *buffer, size_t size, uint32_t offset)
{
	return system_call(__NR_pread64, fd, (long)buffer, (long)size, (long)offset, 0, 0);
}

static inline long sys_map(uintptr_t address, size_t size, int prot, int flags, int fd,
			   uint32_t offset)
{
#ifdef __NR_mmap2
	return system_call(__NR_mmap2, (long)address, (long)size, prot, flags, fd,
			   (long)(offset >> 12));
#else
	return system_call(__NR_mmap, (long)address, (long)size, prot, flags, fd, (long)offset);
#endif
}

static inline long sys_unmap(uintptr_t address, size_t size)
{
	return system_call(__NR_munmap, (long)address, (long)size, 0, 0, 0, 0);
}

static inline long sys_protect(uintptr_t address, size_t size, int prot)
{
	return system_call(__NR_mprotect, (long)address, (long)size, prot, 0, 0, 0);
}

static inline long sys_read_link(const char *path, char *buffer, size_t size)
{
	return system_call(__NR_readlinkat, AT_WORKING_DIRECTORY, (long)path, (long)buffer,
			   (long)size, 0, 0);
}

static inline long sys_access(const char *path)
{
	return system_call(__NR_faccessat, AT_WORKING_DIRECTORY, (long)path, 0, 0, 0, 0);
}

static inline long sys_kernel_name(struct kernel_name *name)
{
	return system_call(__NR_uname, (long)name, 0, 0, 0, 0, 0);
}

static inline long sys_execute(const char *path, char *const *argv, char *const *envp)
{
	return system_call(__NR_execve, (long)path, (long)argv, (long)envp, 0, 0, 0);
}

static inline long sys_duplicate_above(int fd, int lowest)
{
#ifdef __NR_fcntl64
	return system_call(__NR_fcntl64, fd, FCNTL_DUPLICATE_CLOSE_ON_EXEC, lowest, 0, 0, 0);
#else
	return system_call(__NR_fcntl, fd, FCNTL_DUPLICATE_CLOSE_ON_EXEC, lowest, 0, 0, 0);
#endif
}

static inline long sys_set_process_name(const char *name)
{
	return system_call(__NR_prctl, PRCTL_SET_NAME, (long)name, 0, 0, 0, 0);
}

static inline long sys_set_memory_map(const struct memory_map *map)
{
	return system_call(__NR_prctl, PRCTL_SET_MEMORY, PRCTL_MEMORY_MAP, (long)map, sizeof(*map),
			   0, 0);
}

/* Where the heap ends; at a program's very start also where it begins. */
static inline uintptr_t sys_heap_end(void)
{
	return (uintptr_t)system_call(__NR_brk, 0, 0, 0, 0, 0, 0);
}

static inline long sys_write_vector(int fd, const struct io_vector *vector, int count)
{
	return system_call(__NR_writev, fd, (long)vector, count, 0, 0, 0);
}

_Noreturn static inline void sys_exit(int status)
{
	for (;;)
		system_call(__NR_exit_group, status, 0, 0, 0, 0, 0);
}

#endif
