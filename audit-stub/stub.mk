# The audit stub and the canary that tries it, complete by itself: wrappers/build-native.sh and the
# tests say
#   make -f audit-stub/stub.mk stub canary BUILD=build
# ARCHES may name aarch64 and i686 too where their cross compilers are installed.

BUILD ?= build
ARCHES ?= $(shell uname -m)
AUDIT_STUB_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
# What every part that runs on targets stands on; headers are named from here.
AUDIT_WRAPPERS := $(AUDIT_STUB_DIR)/../wrappers

AUDIT_CC_$(shell uname -m) ?= gcc
AUDIT_CC_x86_64 ?= x86_64-linux-gnu-gcc
AUDIT_CC_aarch64 ?= aarch64-linux-gnu-gcc
AUDIT_CC_i686 ?= i686-linux-gnu-gcc

AUDIT_WARNINGS := -std=c11 -Wall -Wextra -Wshadow -Wpedantic -Wmissing-prototypes \
	-Wstrict-prototypes -Wswitch-enum -Wswitch-default -Wundef -Werror
# Every mapping and every page is part of each start's cost: few segments, no relro.
# No libc, no thread pointer (stack protector), no call to memcpy made up by the compiler.
AUDIT_CFLAGS := $(AUDIT_WARNINGS) -I$(AUDIT_WRAPPERS) -Os -fPIC -ffreestanding -fvisibility=hidden \
	-ffunction-sections \
	-fno-stack-protector -fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables
AUDIT_LDFLAGS := -shared -nostdlib -Wl,-soname,libdynpk-audit.so -Wl,--build-id=none \
	-Wl,-z,now -Wl,-z,norelro -Wl,-z,noseparate-code -Wl,-z,noexecstack -Wl,-z,defs -Wl,--gc-sections -Wl,-s \
	-Wl,--version-script=$(AUDIT_STUB_DIR)/audit.map
AUDIT_SOURCES := $(addprefix $(AUDIT_STUB_DIR)/,stub.c search.c opened.c origin.c resolve.c start.c environment.c mapped.c report.c \
	dynamic.c judge.c bounded-text.c) $(addprefix $(AUDIT_WRAPPERS)/base/,memory.c text.c variables.c)
AUDIT_HEADERS := $(wildcard $(AUDIT_STUB_DIR)/*.h $(AUDIT_WRAPPERS)/base/*.h)

.PHONY: stub canary
stub: $(foreach arch,$(ARCHES),$(BUILD)/native/$(arch)/libdynpk-audit.so) ## build the audit stub

$(BUILD)/native/%/libdynpk-audit.so: $(AUDIT_SOURCES) $(AUDIT_HEADERS) $(AUDIT_STUB_DIR)/audit.map
	@mkdir -p $(@D)
	$(AUDIT_CC_$*) $(AUDIT_CFLAGS) $(AUDIT_LDFLAGS) -o $@ $(AUDIT_SOURCES)

# The canary links with the compiler's ordinary libc, but asks for its oldest symbols only.
AUDIT_CANARY_OBJECTS := gd ld ie desc cxx
AUDIT_CANARY_FILES := canary $(AUDIT_CANARY_OBJECTS:%=libdynpk-canary-%.so)
AUDIT_CANARY_CFLAGS := $(AUDIT_WARNINGS) -O1 -fno-stack-protector -Wl,--build-id=none \
	-Wl,-z,relro -nostartfiles
AUDIT_TLS_gd := -ftls-model=global-dynamic
AUDIT_TLS_ld := -ftls-model=local-dynamic
AUDIT_TLS_ie := -ftls-model=initial-exec
AUDIT_TLS_desc := -ftls-model=global-dynamic
AUDIT_DIALECT_x86_64_desc := -mtls-dialect=gnu2
AUDIT_DIALECT_aarch64_gd := -mtls-dialect=trad
AUDIT_DIALECT_aarch64_ld := -mtls-dialect=trad

canary: $(foreach arch,$(ARCHES),$(AUDIT_CANARY_FILES:%=$(BUILD)/native/$(arch)/canary/%)) ## build the canary

define audit_canary_rules
$(BUILD)/native/$(1)/canary/canary: $(AUDIT_STUB_DIR)/canary/canary.c $(AUDIT_STUB_DIR)/canary/old-symbols.h
	@mkdir -p $$(@D)
	$$(AUDIT_CC_$(1)) $(AUDIT_CANARY_CFLAGS) -fPIE -ftls-model=local-exec -pie -o $$@ $$<

$(BUILD)/native/$(1)/canary/libdynpk-canary-cxx.so: $(AUDIT_STUB_DIR)/canary/exceptions.cc
	@mkdir -p $$(@D)
	$$(AUDIT_CC_$(1):gcc=g++) -O1 -fPIC -fno-sized-deallocation -shared -Wall -Wextra -Werror \
		-Wl,--build-id=none -o $$@ $$<

$(BUILD)/native/$(1)/canary/libdynpk-canary-%.so: $(AUDIT_STUB_DIR)/canary/object.c
	@mkdir -p $$(@D)
	$$(AUDIT_CC_$(1)) $(AUDIT_CANARY_CFLAGS) $$(AUDIT_TLS_$$*) $$(AUDIT_DIALECT_$(1)_$$*) \
		-fPIC -shared -o $$@ $$<
endef
$(foreach arch,$(ARCHES),$(eval $(call audit_canary_rules,$(arch))))
