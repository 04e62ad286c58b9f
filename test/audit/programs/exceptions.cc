// Exceptions across threads and objects, and a thread_local object with a destructor.
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{

struct Noisy {
	std::string text = "made";

	~Noisy()
	{
		text = "gone";
	}
};

thread_local Noisy noisy;

int depth(int left)
{
	std::string const local(static_cast<size_t>(left), 'x');
	if (left == 0)
		throw std::runtime_error(noisy.text);
	return depth(left - 1) + static_cast<int>(local.size());
}

} // namespace

int main()
{
	std::vector<std::thread> threads;
	std::vector<int> caught(8);
	for (int &count : caught)
		threads.emplace_back([&count] {
			for (int round = 0; round < 100; round++) {
				try {
					depth(round % 20);
				} catch (std::exception const &error) {
					count += error.what() == std::string("made");
				}
			}
		});
	for (std::thread &thread : threads)
		thread.join();
	int sum = 0;
	for (int const count : caught)
		sum += count;
	std::printf("%d caught\n", sum);
}
