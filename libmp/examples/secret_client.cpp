// The client of the chapter "Listeners and Clients" in Python's documentation: shows that it knows
// the key, and prints what the server sends. The server may be libmp's or Python's.
//
// usage: secret_client [PORT]
#include <libmp/libmp.hpp>

#include <array>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  const mp::Address address("localhost", argc > 1 ? std::stoi(argv[1]) : 6000);

  mp::Connection conn = mp::Client(address, {.authkey = "secret password"});
  std::cout << conn.recv() << '\n';

  std::cout << conn.recv_bytes() << '\n';

  std::array arr{0, 0, 0, 0, 0};
  std::cout << conn.recv_bytes_into(arr) << '\n';
  std::cout << mp::Object(arr) << '\n';
}
