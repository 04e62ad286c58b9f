/* Streams of directories. */
#include "base/file.h"
#include "base/memory.h"
#include "descriptors.h"
#include "listing.h"
#include "wrap.h"

INTERPOSE(void *, opendir, const char *path);
INTERPOSE(void *, fdopendir, int fd);
INTERPOSE(int, closedir, void *stream);
INTERPOSE(void *, readdir, void *stream);
INTERPOSE(void *, readdir64, void *stream);
INTERPOSE(int, readdir_r, void *stream, void *entry, void **result);
INTERPOSE(int, readdir64_r, void *stream, void *entry, void **result);
INTERPOSE(void, rewinddir, void *stream);
INTERPOSE(void, seekdir, void *stream, long position);
INTERPOSE(long, telldir, void *stream);
BORROW(int, dirfd, void *stream);

__attribute__((noinline)) static void *opendir_routed(const char *path)
{
	ROUTE(route);
	const int error = find_route(&route, AT_FDCWD, path, FOLLOW);
	void *stream;

	if (error != 0) {
		set_error(error);
		return NULL;
	}
	stream = REAL(opendir)(route.path);
	note_listing(stream, &route);
	return stream;
}

void *opendir(const char *path)
{
	return is_plain(AT_FDCWD, path, FOLLOW) ? REAL(opendir)(path) : opendir_routed(path);
}

__attribute__((noinline)) void *fdopendir(int fd)
{
	ROUTE(route);
	void *stream = REAL(fdopendir)(fd);

	if (stream != NULL && view() != NULL && find_route(&route, fd, ".", FOLLOW) == 0)
		note_listing(stream, &route);
	return stream;
}

int closedir(void *stream)
{
	struct listing *listing = stream == NULL ? NULL : listing_of(stream);

	if (listing != NULL)
		drop_listing(listing);
	if (stream != NULL)
		forget_descriptor(BORROWED(dirfd)(stream));
	return REAL(closedir)(stream);
}

void *readdir(void *stream)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir)(stream) : read_listing(FORM_USUAL, listing, stream);
}

void *readdir64(void *stream)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir64)(stream)
			       : read_listing(FORM_LARGE, listing, stream);
}

static int read_listing_into(enum form form, struct listing *listing, void *stream, void *entry,
			     void **result)
{
	const int before = last_error();
	void *found;
	int error;

	set_error(0);
	found = read_listing(form, listing, stream);
	error = found == NULL ? last_error() : 0;
	set_error(before);
	if (found != NULL)
		memcpy(entry, found, entry_size(form, found));
	*result = found == NULL ? NULL : entry;
	return error;
}

int readdir_r(void *stream, void *entry, void **result)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir_r)(stream, entry, result)
			       : read_listing_into(FORM_USUAL, listing, stream, entry, result);
}

int readdir64_r(void *stream, void *entry, void **result)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir64_r)(stream, entry, result)
			       : read_listing_into(FORM_LARGE, listing, stream, entry, result);
}

void rewinddir(void *stream)
{
	struct listing *listing = listing_of(stream);

	if (listing != NULL) {
		listing->next = 0;
		listing->is_partial = false;
	}
	REAL(rewinddir)(stream);
}

long telldir(void *stream)
{
	const struct listing *listing = listing_of(stream);

	return listing == NULL || listing->next == 0 ? REAL(telldir)(stream)
						     : position_of(listing->next);
}

void seekdir(void *stream, long position)
{
	struct listing *listing = listing_of(stream);

	if (listing != NULL && position < -1) {
		listing->next = (uint32_t)(-1 - position);
		return;
	}
	if (listing != NULL) {
		listing->next = 0;
		listing->is_partial = true;
	}
	REAL(seekdir)(stream, position);
}
