// freeze_support: where children made by spawn and forkserver enter a program. Python's
// multiprocessing.freeze_support and set_executable.
#pragma once

#include <string>
#include <vector>

namespace mp {

// The first line of main(). Returns at once in a program that was started as usual. In a child of
// spawn or forkserver it runs the child to its end and never returns, so that nothing of main()
// happens twice.
//   int main(int argc, char** argv) {
//     mp::freeze_support(argc, argv);
// A program that uses spawn or forkserver without this line gets a RuntimeError from start() that
// says so.
void freeze_support(int argc, char** argv);

// The program that spawn and forkserver start instead of this one, for a main() that is not ours to
// change (a plugin, a scripting language). It must call freeze_support() and hold the functions
// that are sent: the same build, or a shared library that both have loaded. Empty: this program
// again. Not checked before a start.
void set_executable(std::string path);
[[nodiscard]] std::string get_executable();

// What the fork server runs once when it starts, so that its children find it done: reading a
// table, warming up a library. Functions of this program that start no threads. For servers that
// start afterwards.
void set_forkserver_preload(std::vector<void (*)()> functions);

}  // namespace mp
