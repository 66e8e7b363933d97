#include "wallet-cli/cli/app.h"

int main(int argc, char** argv) {
  return stele::cli::run(argc, argv);
}
