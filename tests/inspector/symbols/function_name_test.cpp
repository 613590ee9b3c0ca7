#include "symbols/function_name.hpp"

#include <gtest/gtest.h>

namespace inspector::symbols {
namespace {

TEST(FunctionName, WhatIsInStdOrMpIsALibrarys) {
  for (const char* name : {
           "_ZN2mp4Lock4lockEv",                    // mp::Lock::lock()
           "_ZNK2mp4Lock6lockedEv",                 // ... const
           "_ZNSt10lock_guardIN2mp4LockEEC2ERS1_",  // std::lock_guard<mp::Lock>
           "_ZSt4lockI3OneJ3TwoEEvRT_DpRT0_",       // void std::lock(One&, Two&)
           "_ZZN2mp9ConditionEvENKUlvE_clEv",       // a lambda in mp
           "_ZN9__gnu_cxx13new_allocatorIiE8allocateEmPKv",
       }) {
    EXPECT_TRUE(is_of_a_library(name)) << name;
  }
}

TEST(FunctionName, EverythingElseIsTheUsers) {
  for (const char* name : {
           "main",
           "",
           "_Z",
           "_Z8transferRN2mp4LockE",                 // transfer(mp::Lock&)
           "_ZN4bank8transferERN2mp4LockE",          // bank::transfer(mp::Lock&)
           "_ZN12_GLOBAL__N_16refundESt6vectorIiE",  // refund(std::vector<int>), of one file
           "_Z3mpsv",                                // mps()
           "_ZN3mpi4sendEv",                         // mpi::send()
           "_Z4withIN2mp4LockEEvRT_",                // void with<mp::Lock>(mp::Lock&)
           "_ZZ4mainENKUlvE_clEv",                   // a lambda in main
           "2mp",
       }) {
    EXPECT_FALSE(is_of_a_library(name)) << name;
  }
}

TEST(FunctionName, HeadersOfStdAndMpAreToldByTheirFolder) {
  EXPECT_TRUE(
      is_header_of_a_library("/usr/lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/mutex"));
  EXPECT_TRUE(is_header_of_a_library("/usr/include/c++/12/bits/unique_lock.h"));
  EXPECT_TRUE(is_header_of_a_library("/usr/include/libmp/lock.hpp"));
  EXPECT_TRUE(is_header_of_a_library("../../libmp/include/libmp/lock.hpp"));
  for (const char* file : {"", "main.cpp", "/home/bank/libmp/transfer.cpp", "/home/c++/bank.hpp"})
    EXPECT_FALSE(is_header_of_a_library(file)) << file;
}

TEST(FunctionName, IsReadableWhereItWasMangled) {
  EXPECT_EQ(readable("_ZN4bank8transferEv"), "bank::transfer()");
  EXPECT_EQ(readable("main"), "main");
}

}  // namespace
}  // namespace inspector::symbols
