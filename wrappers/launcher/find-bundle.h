/*
 * Where the bundle lies: found from the launcher's own place in it, so that a bundle can be moved.
 */
#ifndef DYNPK_FIND_BUNDLE_H
#define DYNPK_FIND_BUNDLE_H

#include "namespace/path.h"
#include "record.h"
#include "start.h"

struct bundle_place {
	/* Whether /proc/self/exe answered: the bundled loader will ask it too. */
	bool has_proc;
	/* Whether the launcher was started at the path that a namespace shows it at. */
	bool is_elsewhere;
	char top[TOP_LIMIT];
};

/* Fill in `place`, or fail with a sentence. */
void find_bundle(struct bundle_place *place, const struct record *record,
		 const struct start *start);
/* The same where the program is an image, which names its launcher's `path`; NULL: it names none.
 */
void find_bundle_of_image(struct bundle_place *place, const struct record *record,
			  const char *path);

#endif
