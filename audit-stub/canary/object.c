/* An opened object with thread-local storage; the model is the compiler's -ftls-model. */
static __thread long alone = 1;
__thread long dynpk_canary_shared = 1;

long dynpk_canary_step(long by);

long dynpk_canary_step(long by)
{
	alone += by;
	dynpk_canary_shared += by;
	return alone == dynpk_canary_shared ? alone : -1;
}
