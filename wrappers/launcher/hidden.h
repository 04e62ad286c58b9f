/* Included ahead of everything: no symbol goes through a table that somebody would have to fill in.
 */
#ifndef __ASSEMBLER__
#pragma GCC visibility push(hidden)
#endif
