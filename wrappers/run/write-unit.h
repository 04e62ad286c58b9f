/*
 * The files and symbolic links of one unit.
 */
#ifndef DYNPK_RUN_WRITE_UNIT_H
#define DYNPK_RUN_WRITE_UNIT_H

#include "unpack.h"

struct unit_writer;

/* With all the memory it will need; NULL where there is none. */
struct unit_writer *make_writer(struct unpacking *unpacking);

/* Of the unit that begins with this frame. False: trouble has been told. */
bool write_unit(struct unit_writer *writer, uint32_t frame);

#endif
