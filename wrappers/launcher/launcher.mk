# The native launchers, into build/native/MACHINE. A machine is built where its compiler is found.

launcher_sources := $(wildcard wrappers/launcher/*)
launcher_cc_x86_64 := $(shell command -v x86_64-linux-gnu-gcc || command -v gcc)
launcher_cc_aarch64 := $(shell command -v aarch64-linux-gnu-gcc)
launcher_cc_i386 := $(shell command -v i686-linux-gnu-gcc)
launcher_machines := $(foreach machine,x86_64 aarch64 i386,$(if $(launcher_cc_$(machine)),$(machine)))

launcher: $(launcher_machines:%=build/native/%/launcher) ## build the native launchers

build/native/%/launcher: $(launcher_sources)
	wrappers/launcher/build.sh $(launcher_cc_$*) build/native/$*

.PHONY: launcher
