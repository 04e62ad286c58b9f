# The path shim, for this machine and every cross compiler that is installed: `make -f wrappers/shim/shim.mk shim`.

SHIM_BUILD ?= build/native
SHIM_CC_x86_64 ?= $(if $(filter x86_64,$(shell uname -m)),gcc,x86_64-linux-gnu-gcc)
SHIM_CC_aarch64 ?= $(if $(filter aarch64,$(shell uname -m)),gcc,aarch64-linux-gnu-gcc)
SHIM_ARCHES ?= $(foreach arch,x86_64 aarch64,$(if $(shell command -v $(SHIM_CC_$(arch))),$(arch)))
shim_sources := $(wildcard wrappers/shim/*.[ch] wrappers/table/*.[ch]) wrappers/shim/build.sh

shim: $(foreach arch,$(SHIM_ARCHES),$(SHIM_BUILD)/$(arch)/path-shim.so) ## Build the path shim

$(SHIM_BUILD)/%/path-shim.so: $(shim_sources)
	sh wrappers/shim/build.sh $(SHIM_CC_$*) $(@D)

.PHONY: shim
