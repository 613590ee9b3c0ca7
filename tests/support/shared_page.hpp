// One T in memory that forked children share: how processes of a test count and agree.
#pragma once

#include <cerrno>
#include <new>
#include <system_error>

#include <sys/mman.h>

namespace support {

template <typename T>
class SharedPage {
 public:
  SharedPage() {
    void* const at =
        ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    object_ = new (at) T{};
  }
  ~SharedPage() { ::munmap(object_, sizeof(T)); }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;

  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }

 private:
  T* object_;
};

}  // namespace support
