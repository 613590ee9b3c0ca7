// squaring_program METHOD: has three processes square a number each, and prints "METHOD -> [1, 4,
// 9]". The functions that travel are main's own file's and another's.
#include "squaring.hpp"
#include <libmp/libmp.hpp>

#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using Answers = mp::Queue<std::pair<int, int>>;

void answer(Answers answers, int (*function)(int), int number) {
  answers.put({number, function(number)});
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  const mp::Context ctx = mp::get_context(argv[1]);
  Answers answers;
  std::vector<mp::Process> workers;
  for (const int number : {1, 2, 3}) {
    workers.push_back(ctx.Process(answer, answers, squared, number));
    workers.back().start();
  }
  std::map<int, int> squares;
  while (squares.size() < workers.size()) squares.insert(answers.get());
  for (mp::Process& worker : workers) worker.join();
  std::string list;
  for (const auto& [number, square] : squares)
    list += (list.empty() ? "" : ", ") + std::to_string(square);
  std::cout << ctx.get_start_method() << " -> [" << list << "]\n";
}
