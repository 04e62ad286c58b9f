/* Closes its error stream, makes a file of its own under that number, then opens an object. */
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	close(2);
	if (open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600) != 2)
		return 3;
	if (write(2, "mine\n", 5) != 5 || dlopen(argv[2], RTLD_NOW) == NULL)
		return 4;
	return 0;
}
