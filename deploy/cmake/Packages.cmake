# SPDX-License-Identifier: Apache-2.0
# Third-party libraries, each as one imported target. The Debian packages are listed once, in deploy/debian/control.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(gumbo REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(zmq REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(protobufc REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(uv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(xml2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(ssl REQUIRED IMPORTED_TARGET libssl)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
# Debian's libzmq.pc names include directories that only a static libzmq needs, and one of them with -isystem, which CMake reads one
# way when it first configures and another way ever after: everything would be built anew the second time.
set_target_properties(PkgConfig::zmq PROPERTIES INTERFACE_COMPILE_OPTIONS "" INTERFACE_INCLUDE_DIRECTORIES "")
find_program(PROTOC_C protoc-c REQUIRED)
# Debian's python3, which has python3-zmq and python3-protobuf; another python3 earlier in PATH may have neither.
find_program(GOVWIRE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(GOVWIRE_PYTHON python3)
