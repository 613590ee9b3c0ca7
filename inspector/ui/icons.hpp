// Names for the Font Awesome 4.7 symbols the window uses, as UTF-8. Without that font they show as
// nothing.
#pragma once

#include "present/entity.hpp"

namespace inspector::ui::icon {

inline constexpr const char* kSearch = "\xef\x80\x82";        // f002
inline constexpr const char* kCheck = "\xef\x80\x8c";         // f00c
inline constexpr const char* kClose = "\xef\x80\x8d";         // f00d
inline constexpr const char* kPower = "\xef\x80\x91";         // f011
inline constexpr const char* kGear = "\xef\x80\x93";          // f013
inline constexpr const char* kTrash = "\xef\x80\x94";         // f014
inline constexpr const char* kHome = "\xef\x80\x95";          // f015
inline constexpr const char* kDownload = "\xef\x80\x99";      // f019
inline constexpr const char* kInbox = "\xef\x80\x9c";         // f01c
inline constexpr const char* kLock = "\xef\x80\xa3";          // f023
inline constexpr const char* kStepBack = "\xef\x81\x88";      // f048
inline constexpr const char* kPlay = "\xef\x81\x8b";          // f04b
inline constexpr const char* kPause = "\xef\x81\x8c";         // f04c
inline constexpr const char* kStop = "\xef\x81\x8d";          // f04d
inline constexpr const char* kStepForward = "\xef\x81\x91";   // f051
inline constexpr const char* kArrowRight = "\xef\x81\xa1";    // f061
inline constexpr const char* kCheckCircle = "\xef\x81\x98";   // f058
inline constexpr const char* kInfoCircle = "\xef\x81\x9a";    // f05a
inline constexpr const char* kWarning = "\xef\x81\xb1";       // f071
inline constexpr const char* kChevronUp = "\xef\x81\xb7";     // f077
inline constexpr const char* kChevronDown = "\xef\x81\xb8";   // f078
inline constexpr const char* kChevronLeft = "\xef\x81\x93";   // f053
inline constexpr const char* kChevronRight = "\xef\x81\x94";  // f054
inline constexpr const char* kFolderOpen = "\xef\x81\xbc";    // f07c
inline constexpr const char* kKey = "\xef\x82\x84";           // f084
inline constexpr const char* kBell = "\xef\x83\xb3";          // f0f3
inline constexpr const char* kCopy = "\xef\x83\x85";          // f0c5
inline constexpr const char* kBars = "\xef\x83\x89";          // f0c9
inline constexpr const char* kBolt = "\xef\x83\xa7";          // f0e7
inline constexpr const char* kSitemap = "\xef\x83\xa8";       // f0e8
inline constexpr const char* kPlug = "\xef\x87\xa6";          // f1e6
inline constexpr const char* kCircle = "\xef\x84\x91";        // f111
inline constexpr const char* kTerminal = "\xef\x84\xa0";      // f120
inline constexpr const char* kSun = "\xef\x86\x85";           // f185
inline constexpr const char* kMoon = "\xef\x86\x86";          // f186
inline constexpr const char* kCube = "\xef\x86\xb2";          // f1b2
inline constexpr const char* kCubes = "\xef\x86\xb3";         // f1b3
inline constexpr const char* kDatabase = "\xef\x87\x80";      // f1c0
inline constexpr const char* kHistory = "\xef\x87\x9a";       // f1da
inline constexpr const char* kShare = "\xef\x87\xa0";         // f1e0
inline constexpr const char* kTable = "\xef\x83\x8e";         // f0ce
inline constexpr const char* kDashboard = "\xef\x83\xa4";     // f0e4
inline constexpr const char* kExchange = "\xef\x83\xac";      // f0ec
inline constexpr const char* kRefresh = "\xef\x80\xa1";       // f021
inline constexpr const char* kMicrochip = "\xef\x8b\x9b";     // f2db
inline constexpr const char* kKeyboard = "\xef\x84\x9c";      // f11c
inline constexpr const char* kEnvelope = "\xef\x83\xa0";     // f0e0
inline constexpr const char* kColumns = "\xef\x83\x9b";       // f0db

inline const char* of(present::EntityKind kind) {
  using present::EntityKind;
  switch (kind) {
    case EntityKind::Process:
      return kCube;
    case EntityKind::Thread:
      return kBars;
    case EntityKind::Queue:
      return kInbox;
    case EntityKind::Pipe:
      return kExchange;
    case EntityKind::Lock:
      return kLock;
    case EntityKind::Block:
      return kDatabase;
    case EntityKind::Object:
      return kCubes;
    case EntityKind::Message:
      return kEnvelope;
    case EntityKind::Alarm:
      return kWarning;
    case EntityKind::None:
      break;
  }
  return kCircle;
}

}  // namespace inspector::ui::icon
