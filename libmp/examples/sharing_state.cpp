// The example of the section "Sharing state between processes", "Shared memory", in Python's
// documentation.
#include <libmp/libmp.hpp>

#include <cstddef>
#include <iostream>

void f(mp::Value<double> n, mp::Array<int> a) {
  n = 3.1415927;
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = -a[i];
}

int main() {
  mp::Value<mp::typecode<'d'>> num(0.0);
  mp::Array<mp::typecode<'i'>> arr(mp::range(10));

  mp::Process p(f, num, arr);
  p.start();
  p.join();

  std::cout << mp::repr(num.value()) << '\n';
  std::cout << mp::repr(arr.slice()) << '\n';
}
