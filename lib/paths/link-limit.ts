/** As many links as Linux follows on the way to one file before it says ELOOP (MAXSYMLINKS, linux/namei.h). */
export const LINK_LIMIT = 40;
