#include "fuzz.h"
#include "launcher/image.h"

static void require_segments(const struct image *image)
{
	uintptr_t end = 0;

	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		require(segment->address >= end, "segments overlap");
		require(segment->address % PAGE == 0 && segment->memory_size % PAGE == 0 &&
				segment->file_size % PAGE == 0 && segment->offset % PAGE == 0,
			"a segment is not made of pages");
		require(segment->file_size <= segment->memory_size, "a file part is too large");
		require(segment->data_end <= segment->file_size, "data ends behind the file part");
		end = segment->address + segment->memory_size;
		require(end >= segment->address && end <= image->size,
			"a segment leaves its image");
	}
}

bool try_image(const unsigned char *bytes, size_t size)
{
	struct image image;

	if (plan_image(&image, bytes, size, PAGE) != NULL)
		return false;
	require(image.segment_count > 0 && image.segment_count <= SEGMENT_LIMIT, "no segments");
	require_segments(&image);
	require(image.alignment >= PAGE && (image.alignment & (image.alignment - 1)) == 0,
		"it is aligned to no power of two");
	require(image.lowest + image.size >= image.lowest, "its end wraps around");
	require(image.entry < image.size, "its entry lies outside");
	require(image.headers + image.header_count * sizeof(elf_phdr) <= image.size,
		"its program headers lie outside");
	require(image.dynamic_size <= image.size &&
			image.dynamic <= image.size - image.dynamic_size,
		"its dynamic section lies outside");
	require(image.interpreter == 0 ||
			(image.interpreter >= image.headers && image.interpreter < image.size),
		"its PT_INTERP header lies outside");
	return true;
}
