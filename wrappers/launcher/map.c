#include "map.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"

int protection_of(uint32_t flags)
{
	return ((flags & PF_R) != 0 ? PROT_READ : 0) | ((flags & PF_W) != 0 ? PROT_WRITE : 0) |
	       ((flags & PF_X) != 0 ? PROT_EXEC : 0);
}

/* Room for the whole image, so that nothing else comes to lie between its segments. */
static long reserve(const struct image *image, size_t page)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	const uintptr_t hint = image->is_fixed ? image->lowest : 0;
	/* What was linked for one place is aligned there; the whole image need not be. */
	const size_t slack =
		!image->is_fixed && image->alignment > page ? image->alignment - page : 0;
	long area = sys_mmap(hint, image->size + slack, PROT_NONE, flags, -1, 0);
	uintptr_t start;

	if (failed(area) || slack == 0)
		return area;
	start = ((uintptr_t)area + slack) & ~(image->alignment - 1);
	if (start > (uintptr_t)area)
		sys_munmap((void *)area, start - (uintptr_t)area);
	if (start < (uintptr_t)area + slack)
		sys_munmap((void *)(start + image->size), (uintptr_t)area + slack - start);
	return (long)start;
}

static long map_segment(const struct segment *segment, uintptr_t base, int fd)
{
	const int fixed = MAP_PRIVATE | MAP_FIXED;
	const int prot = protection_of(segment->flags);
	const uintptr_t start = base + segment->address;
	long result = 0;

	if (segment->file_size > 0)
		result = sys_mmap(start, segment->file_size, prot, fixed, fd, segment->offset);
	if (failed(result))
		return result;
	/* A segment without write permission has no zeros behind its bytes to rely on. */
	if ((segment->flags & PF_W) != 0 && segment->data_end < segment->file_size)
		memset((void *)(start + segment->data_end), 0,
		       segment->file_size - segment->data_end);
	if (segment->memory_size > segment->file_size)
		result = sys_mmap(start + segment->file_size,
				  segment->memory_size - segment->file_size, prot,
				  fixed | MAP_ANONYMOUS, -1, 0);
	return result;
}

/* Whether every page between the first segment and the last belongs to one of them. */
static bool is_contiguous(const struct image *image)
{
	uintptr_t end = 0;

	for (uint32_t i = 0; i < image->segment_count; i++) {
		if (image->segments[i].address != end)
			return false;
		end += image->segments[i].memory_size;
	}
	return true;
}

/* The first segment, stretched over the place of all: what lies there is mapped over at once. */
static long map_stretched(const struct image *image, int fd)
{
	const struct segment *first = &image->segments[0];

	return sys_mmap(0, image->size, protection_of(first->flags), MAP_PRIVATE, fd,
			first->offset);
}

static bool can_stretch(const struct image *image, size_t page)
{
	const struct segment *first = &image->segments[0];

	return !image->is_fixed && image->alignment == page && is_contiguous(image) &&
	       (first->flags & PF_W) == 0 && first->file_size == first->memory_size;
}

static long map_image(const struct image *image, int fd, size_t page)
{
	const bool is_stretched = can_stretch(image, page);
	const long base = is_stretched ? map_stretched(image, fd) : reserve(image, page);

	if (failed(base))
		return base;
	if (image->is_fixed && (uintptr_t)base != image->lowest)
		return -12; /* ENOMEM: its one place is taken */
	for (uint32_t i = is_stretched ? 1 : 0; i < image->segment_count; i++) {
		const long result = map_segment(&image->segments[i], (uintptr_t)base, fd);

		if (failed(result))
			return result;
	}
	return base;
}

uintptr_t map_file(struct image *image, const char *path, size_t page)
{
	_Alignas(16) char header[HEADER_BYTES];
	const long fd = sys_open(path, O_RDONLY | O_CLOEXEC);
	const char *problem;
	long result;

	if (failed(fd))
		FAIL(fd == -EACCES ? EXIT_NOT_EXECUTABLE : EXIT_LAUNCHER, "cannot open ", path,
		     reason_of(fd));
	result = sys_pread((int)fd, header, sizeof(header), 0);
	if (failed(result))
		FAIL(EXIT_LAUNCHER, "cannot read ", path, reason_of(result));
	problem = plan_image(image, header, (size_t)result, page);
	if (problem != NULL)
		FAIL(EXIT_LAUNCHER, "cannot start ", path, ": it ", problem);
	result = map_image(image, (int)fd, page);
	if (failed(result))
		FAIL(status_of(result), "cannot map ", path, reason_of(result),
		     status_of(result) == EXIT_NOT_EXECUTABLE
			     ? " (is its file system mounted noexec?)"
			     : "");
	sys_close((int)fd);
	return (uintptr_t)result;
}

void plan_mapped(struct image *image, uintptr_t lowest, const char *path, size_t page)
{
	const char *problem = plan_image(image, (const void *)lowest, HEADER_BYTES, page);

	if (problem != NULL)
		FAIL(EXIT_LAUNCHER, "cannot start ", path, ": it ", problem);
}
