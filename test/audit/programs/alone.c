/* An object that needs no other. */
int dynpk_test_alone(void);

int dynpk_test_alone(void)
{
	return 1;
}
