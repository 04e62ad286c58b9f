/* Storage reached here by a call: nothing in this object says that it must be static. */
__thread char table[4096] = { 42 };

const char *find_table(void);
const char *find_table(void)
{
	return table;
}
