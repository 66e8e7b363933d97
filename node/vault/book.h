// The key to a student's book: from it the tags follow by which the ledger names the student.
#pragma once

#include <string>

#include "ledger/base/bytes.h"

namespace stele::vault {

using BookKey = FixedBytes<struct VaultBookKeyTag, 32>;

struct Book {
  std::string student;  ///< ministry id
  BookKey key;
};

}  // namespace stele::vault
