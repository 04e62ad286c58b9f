// Throws through a frame with a destructor, and catches by a base class.
#include <exception>

namespace
{

class Canary : public std::exception
{
};

struct Guard {
	long &count;

	~Guard()
	{
		count += 1;
	}
};

[[gnu::noinline]] void raise(long &count)
{
	Guard const guard{count};
	throw Canary{};
}

} // namespace

extern "C" long dynpk_canary_step(long by)
{
	long count = by;
	try {
		raise(count);
	} catch (std::exception const &) {
		return count;
	}
	return -1;
}
