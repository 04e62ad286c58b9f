/*
 * The libraries that programs take from a host, by the version nodes of their files. What a loader
 * of this machine finds first without a cache counts.
 */
#include "base/file-status.h"
#include "base/text.h"
#include "host.h"
#include "look.h"
#include "versions.h"

#if defined(__x86_64__)
static const char *const directories[] = { "/lib/x86_64-linux-gnu",
					   "/usr/lib/x86_64-linux-gnu",
					   "/lib64",
					   "/usr/lib64",
					   "/lib",
					   "/usr/lib" };
static const char musl_loader[] = "/lib/ld-musl-x86_64.so.1";
#elif defined(__aarch64__)
static const char *const directories[] = { "/lib/aarch64-linux-gnu",
					   "/usr/lib/aarch64-linux-gnu",
					   "/lib64",
					   "/usr/lib64",
					   "/lib",
					   "/usr/lib" };
static const char musl_loader[] = "/lib/ld-musl-aarch64.so.1";
#elif defined(__i386__)
static const char *const directories[] = {
	"/lib/i386-linux-gnu", "/usr/lib/i386-linux-gnu", "/lib32", "/usr/lib32", "/lib", "/usr/lib"
};
static const char musl_loader[] = "/lib/ld-musl-i386.so.1";
#endif

/* A node may be in one of libc's libraries alone: GLIBC_2.31 is in libm. */
static const char *const sonames[] = { "libc.so.6",	  "libm.so.6",	   "libmvec.so.1",
				       "libpthread.so.0", "librt.so.1",	   "libresolv.so.2",
				       "libstdc++.so.6",  "libgcc_s.so.1", "libatomic.so.1",
				       "libz.so.1" };

enum { PATH_SIZE = 128, VERSION_SIZE = 16 };

/* The open file, or -1. */
static int open_library(const char *soname, char path[PATH_SIZE], struct versions *versions)
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		struct file_status status;
		long fd;

		text_append(text_append(text_append(path, directories[i]), "/"), soname);
		fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (failed(fd))
			continue;
		status = file_status_of_open((int)fd);
		if ((status.mode & S_IFMT) == S_IFREG && read_versions((int)fd, versions))
			return (int)fd;
		sys_close((int)fd);
	}
	return -1;
}

static bool copy_number(const char *text, char version[VERSION_SIZE])
{
	size_t length = 0;

	while (length < VERSION_SIZE - 1 &&
	       (text[length] == '.' || (text[length] >= '0' && text[length] <= '9'))) {
		version[length] = text[length];
		length++;
	}
	/* The sentence may end here. */
	while (length > 0 && version[length - 1] == '.')
		length--;
	version[length] = '\0';
	return length > 0;
}

/* "GNU C Library (…) stable release version 2.17, by …": the nodes do not tell, 2.37 has none. */
static bool find_version(const char *text, size_t size, char version[VERSION_SIZE])
{
	static const char banner[] = "GNU C Library ", word[] = "release version ";
	enum { BANNER_LENGTH = 160 };

	for (size_t i = 0; i + BANNER_LENGTH < size; i++) {
		if (text[i] != banner[0] || !bytes_equal(text + i, banner, sizeof(banner) - 1))
			continue;
		for (size_t j = i; j < i + BANNER_LENGTH - sizeof(word) - VERSION_SIZE; j++) {
			if (bytes_equal(text + j, word, sizeof(word) - 1))
				return copy_number(text + j + sizeof(word) - 1, version);
		}
	}
	return false;
}

static bool read_glibc_version(int fd, char version[VERSION_SIZE])
{
	enum { CHUNK = 32768, OVERLAP = 512, MOST = 16 << 20 };
	static char chunk[CHUNK + 1];
	long count = CHUNK;

	for (uint64_t offset = 0; offset < MOST && count == CHUNK; offset += CHUNK - OVERLAP) {
		count = read_at(fd, chunk, CHUNK, offset);
		if (!failed(count) && find_version(chunk, (size_t)count, version))
			return true;
	}
	return false;
}

static void tell_libc(struct telling *telling)
{
	const bool has_musl = !failed(sys_access(musl_loader, R_OK));
	static struct versions versions;
	char path[PATH_SIZE], version[VERSION_SIZE];
	const int fd = open_library("libc.so.6", path, &versions);
	const char *why = "only running musl tells";

	open_record(telling, "libc");
	if (fd >= 0) {
		tell_text(telling, "kind", "glibc");
		why = "its file does not say";
	} else if (has_musl) {
		tell_text(telling, "kind", "musl");
	} else {
		why = "there is neither libc.so.6 nor musl where loaders look";
		tell_nothing(telling, "kind", why);
	}
	tell_text_or(telling, "version",
		     fd >= 0 && read_glibc_version(fd, version) ? version : NULL, why);
	tell_text_or(telling, "muslLoader", has_musl ? musl_loader : NULL, "it is not there");
	close_record(telling);
	if (fd >= 0)
		sys_close(fd);
}

static void tell_library(struct telling *telling, const char *soname)
{
	static struct versions versions;
	char path[PATH_SIZE];
	const int fd = open_library(soname, path, &versions);

	if (fd < 0)
		return;
	sys_close(fd);
	open_record(telling, NULL);
	tell_text(telling, "soname", soname);
	tell_text(telling, "path", path);
	open_record(telling, "highest");
	for (unsigned i = 0; i < versions.families; i++)
		tell_text(telling, versions.highest[i].name, versions.highest[i].number);
	close_record(telling);
	open_list_of_texts(telling, "marks");
	for (unsigned i = 0; i < versions.marks; i++)
		tell_text(telling, NULL, versions.mark[i]);
	close_list(telling);
	close_record(telling);
}

void tell_libraries(struct telling *telling)
{
	tell_libc(telling);
	open_list(telling, "libraries");
	for (size_t i = 0; i < sizeof(sonames) / sizeof(*sonames); i++)
		tell_library(telling, sonames[i]);
	close_list(telling);
}
