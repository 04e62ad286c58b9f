#include "frame.h"
#include "base/mapping.h"
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

struct decoder *make_decoder(void)
{
	const size_t size = ZSTD_estimateDCtxSize();
	void *memory = map_memory(size, MAP_PRIVATE);

	return memory == NULL ? NULL : (struct decoder *)ZSTD_initStaticDCtx(memory, size);
}

bool decode_frame(struct decoder *decoder, const void *from, size_t size, void *to, size_t plain)
{
	ZSTD_FrameHeader header;

	return ZSTD_getFrameHeader(&header, from, size) == 0 && header.frameType == ZSTD_frame &&
	       header.checksumFlag == 1 && header.dictID == 0 && header.frameContentSize == plain &&
	       ZSTD_findFrameCompressedSize(from, size) == size &&
	       ZSTD_decompressDCtx((ZSTD_DCtx *)decoder, to, plain, from, size) == plain;
}

bool decode_frames(struct decoder *decoder, const void *from, size_t size, void *to, size_t plain)
{
	const char *at = from;
	char *target = to;

	while (size > 0) {
		const size_t packed = ZSTD_findFrameCompressedSize(at, size);
		const unsigned long long own = ZSTD_getFrameContentSize(at, size);

		if (packed > size || own > plain ||
		    !decode_frame(decoder, at, packed, target, (size_t)own))
			return false;
		at += packed;
		size -= packed;
		target += own;
		plain -= (size_t)own;
	}
	return plain == 0;
}
