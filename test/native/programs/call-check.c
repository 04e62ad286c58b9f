/*
 * Calls of wrappers/base with every number of arguments, and its copies of bytes in place of the
 * C library's.
 */
#include "base/clock.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/text.h"
#include "check.h"

static void check_processes(void)
{
	struct new_utsname name;
	struct kernel_time now = { 0, 0 };

	CHECK(sys_getpid() > 0 && sys_getpid() == sys_gettid());
	CHECK(sys_uname(&name) == 0 && text_equal(name.sysname, "Linux"));
	CHECK(sys_clock_gettime(SINCE_START, &now) == 0 && now.seconds > 0);
	CHECK(failed(sys_clock_gettime(SINCE_START, NULL)));
	CHECK(sys_wait4(-1, NULL, 0) == -ECHILD);
}

static void check_files(void)
{
	char bytes[4];
	const long zero = sys_open("/dev/zero", O_RDONLY | O_CLOEXEC);
	const struct file_status open = file_status_of_open((int)zero);
	struct file_status named = file_status_at(AT_FDCWD, "/dev/zero", 0);

	CHECK(!failed(zero) && sys_pread((int)zero, bytes, sizeof(bytes), 4096) == 4);
	CHECK((named.mode & S_IFMT) == S_IFCHR && is_same_file(&open, &named));
	CHECK(sys_fcntl((int)zero, F_GETFD, 0) == FD_CLOEXEC);
	CHECK(sys_close((int)zero) == 0 && sys_close((int)zero) == -EBADF);
	named = file_status_at(AT_FDCWD, "/dev/null/none", 0);
	CHECK(named.mode == 0 && !is_same_file(&named, &named));
	CHECK(sys_access("/", X_OK) == 0 && sys_access("/none", F_OK) == -ENOENT);
	CHECK(sys_readlink("/", bytes, sizeof(bytes)) == -EINVAL);
	CHECK(sys_linkat(AT_FDCWD, "/none", AT_FDCWD, "/neither") == -ENOENT);
	CHECK(sys_chdir("/") == 0 && sys_getcwd(bytes, sizeof(bytes)) == 2 && bytes[0] == '/');
}

static void check_pipes(void)
{
	int ends[2];
	char bytes[3];

	CHECK(sys_pipe2(ends, O_CLOEXEC) == 0);
	CHECK(sys_write(ends[1], "ab", 2) == 2);
	CHECK(sys_writev(ends[1], &(const struct io_vector){ "c", 1 }, 1) == 1);
	CHECK(sys_read(ends[0], bytes, 3) == 3 && bytes_equal(bytes, "abc", 3));
	CHECK(sys_lseek(ends[0], 0, SEEK_CUR) == -ESPIPE);
}

static void check_mappings(void)
{
	char *memory = map_memory(8192, MAP_PRIVATE);

	CHECK(memory != NULL && memory[8191] == 0);
	memory[0] = 1;
	CHECK(sys_mprotect(memory, 4096, PROT_READ) == 0 && memory[0] == 1);
	CHECK(sys_munmap(memory, 8192) == 0);
	CHECK(map_memory(0, MAP_PRIVATE) == NULL);
}

static void check_signals(void)
{
	const uint64_t before = sys_rt_sigprocmask(SIG_BLOCK, SIGNAL_BIT(SIGUSR1));

	CHECK((before & SIGNAL_BIT(SIGUSR1)) == 0);
	CHECK(system_call(__NR_tkill, sys_gettid(), SIGUSR1) == 0);
	CHECK((sys_rt_sigpending() & SIGNAL_BIT(SIGUSR1)) != 0);
	drop_signal(SIGNAL_BIT(SIGUSR1));
	CHECK((sys_rt_sigpending() & SIGNAL_BIT(SIGUSR1)) == 0);
	CHECK((sys_rt_sigprocmask(SIG_SETMASK, before) & SIGNAL_BIT(SIGUSR1)) != 0);
}

static void check_copies(void)
{
	char bytes[] = "0123456789";

	memmove(bytes + 2, bytes, 4);
	CHECK(text_equal(bytes, "0101236789"));
	memmove(bytes, bytes + 2, 4);
	CHECK(text_equal(bytes, "0123236789"));
	memcpy(bytes + 8, "ab", 2);
	memset(bytes, 'x', 2);
	CHECK(text_equal(bytes, "xx232367ab"));
}

int main(void)
{
	check_processes();
	check_files();
	check_pipes();
	check_mappings();
	check_signals();
	check_copies();
	return tell_failures();
}
