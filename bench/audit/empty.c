/* What calls.c calls. */
void empty(void);

void empty(void)
{
}
