# The audit stub and the canary that tries it. Included by the Makefile; also complete by itself:
#   make -f audit-stub/stub.mk stub canary BUILD=build
# ARCHES may name aarch64 too where its cross compiler is installed.

BUILD ?= build
ARCHES ?= $(shell uname -m)
AUDIT_STUB_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

AUDIT_CC_$(shell uname -m) ?= gcc
AUDIT_CC_x86_64 ?= x86_64-linux-gnu-gcc
AUDIT_CC_aarch64 ?= aarch64-linux-gnu-gcc

AUDIT_WARNINGS := -std=c11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes \
	-Wstrict-prototypes -Wswitch-enum -Wswitch-default -Wundef -Werror
# No libc, no thread pointer (stack protector), no call to memcpy made up by the compiler.
AUDIT_CFLAGS := $(AUDIT_WARNINGS) -O2 -fPIC -ffreestanding -fvisibility=hidden \
	-fno-stack-protector -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables
AUDIT_LDFLAGS := -shared -nostdlib -Wl,-soname,libdynpk-audit.so -Wl,--build-id=none \
	-Wl,-z,now -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,defs -Wl,--gc-sections \
	-Wl,--version-script=$(AUDIT_STUB_DIR)/audit.map
AUDIT_SOURCES := $(addprefix $(AUDIT_STUB_DIR)/,stub.c origin.c start.c report.c dynamic.c judge.c text.c)
AUDIT_HEADERS := $(wildcard $(AUDIT_STUB_DIR)/*.h)

.PHONY: stub canary
stub: $(foreach arch,$(ARCHES),$(BUILD)/native/$(arch)/libdynpk-audit.so) ## build the audit stub

$(BUILD)/native/%/libdynpk-audit.so: $(AUDIT_SOURCES) $(AUDIT_HEADERS) $(AUDIT_STUB_DIR)/audit.map
	@mkdir -p $(@D)
	$(AUDIT_CC_$*) $(AUDIT_CFLAGS) $(AUDIT_LDFLAGS) -o $@ $(AUDIT_SOURCES)
