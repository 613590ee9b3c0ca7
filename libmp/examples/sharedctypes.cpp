// The example of the section "The multiprocessing.sharedctypes module" in Python's documentation.
// `**=` is update() here, which holds the lock while it reads and writes; s and A have theirs in
// common, and it is not recursive.
#include <libmp/libmp.hpp>

#include <cctype>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

struct Point {
  double x;
  double y;
};

void square(double& number) { number *= number; }

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

void modify(mp::Value<int> n, mp::Value<double> x, mp::Array<char> s, mp::Array<Point> A) {
  n.update([](int& value) { value *= value; });
  x.update(square);
  s.set_value(upper(s.value()));
  for (auto a : A) {
    a.update([](Point& point) {
      square(point.x);
      square(point.y);
    });
  }
}

int main() {
  mp::Lock lock;

  mp::Value<int> n(7);
  mp::Value<double> x(1.0 / 3.0, {.lock = false});
  mp::Array<char> s("hello world", {.lock = lock});
  mp::Array<Point> A({{1.875, -6.25}, {-5.75, 2.0}, {2.375, 9.5}}, {.lock = lock});

  mp::Process p(modify, n, x, s, A);
  p.start();
  p.join();

  std::cout << mp::repr(n.value()) << '\n';
  std::cout << mp::repr(x.value()) << '\n';
  std::cout << s.value() << '\n';
  std::vector<std::pair<double, double>> points;
  for (const Point a : A) points.emplace_back(a.x, a.y);
  std::cout << mp::repr(points) << '\n';
}
