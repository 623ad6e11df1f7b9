// SPDX-License-Identifier: Apache-2.0
// Writes a CSV table of about the size asked for: the same bytes for the same arguments on every
// machine. Three shapes: `orders` (text heavy, a quarter of the comments quoted, a tenth of the
// amounts empty), `lineitem` (TPC-H-like, decimals and dates) and `taxi` (trip records: many short
// numbers and two timestamps).
//   bench_data orders|lineitem|taxi MEGABYTES FILE
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

// SplitMix64: the sequence is part of the data sets' definition.
class Generator {
 public:
  explicit Generator(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  uint64_t below(uint64_t bound) { return next() % bound; }
  uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  bool percent(uint64_t chance) { return below(100) < chance; }

  template <size_t N>
  std::string_view one_of(const std::array<std::string_view, N>& words) {
    return words[below(N)];
  }

 private:
  uint64_t state_;
};

void put(std::string& line, uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  line.append(digits.data(), end.ptr);
}

// Exactly `width` digits, zeros in front.
void put_padded(std::string& line, uint64_t value, size_t width) {
  const size_t start = line.size();
  put(line, value);
  const size_t written = line.size() - start;
  if (written < width) line.insert(start, width - written, '0');
}

// A number of hundredths as a decimal: 1234 is 12.34.
void put_hundredths(std::string& line, uint64_t value) {
  put(line, value / 100);
  line += '.';
  put_padded(line, value % 100, 2);
}

// `day` counts from 1992-01-01; the calendar is kept simple by days that every month has.
void put_date(std::string& line, uint64_t day) {
  put(line, 1992 + day / 336);
  line += '-';
  put_padded(line, day % 336 / 28 + 1, 2);
  line += '-';
  put_padded(line, day % 28 + 1, 2);
}

void put_time(std::string& line, uint64_t second) {
  put_padded(line, second / 3600, 2);
  line += ':';
  put_padded(line, second / 60 % 60, 2);
  line += ':';
  put_padded(line, second % 60, 2);
}

constexpr std::array<std::string_view, 24> words = {
    "please", "deliver", "to",    "the",    "back",   "door",   "after", "noon",
    "gift",   "wrap",    "call",  "before", "handle", "with",   "care",  "express",
    "final",  "request", "quick", "silent", "copper", "ledger", "above", "pending"};

void put_words(Generator& generator, std::string& line, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) line += ' ';
    line += generator.one_of(words);
  }
}

struct Shape {
  std::string_view name;
  std::string_view header;
  void (*put_row)(Generator& generator, uint64_t row, std::string& line);
};

void put_orders_row(Generator& generator, uint64_t row, std::string& line) {
  static constexpr std::array<std::string_view, 5> statuses = {"new", "paid", "shipped", "returned",
                                                               "cancelled"};
  put(line, row + 1);
  line += ',';
  put(line, generator.between(1, 2'000'000));
  line += ',';
  if (!generator.percent(10)) put_hundredths(line, generator.between(100, 999'999));
  line += ',';
  put_date(line, 9408 + generator.below(1680));
  line += 'T';
  put_time(line, generator.below(86'400));
  line += ',';
  line += generator.one_of(statuses);
  line += ',';
  if (generator.percent(24)) {
    line += '"';
    put_words(generator, line, generator.between(2, 5));
    line += ", ";
    if (generator.percent(25)) line += "\"\"now\"\" ";
    put_words(generator, line, generator.between(1, 4));
    line += '"';
  } else {
    put_words(generator, line, generator.between(4, 9));
  }
}

void put_lineitem_prices(Generator& generator, std::string& line) {
  const uint64_t quantity = generator.between(1, 50);
  put(line, quantity);
  line += ',';
  put_hundredths(line, quantity * generator.between(90'000, 209'999));
  line += ',';
  put_hundredths(line, generator.below(11));
  line += ',';
  put_hundredths(line, generator.below(9));
}

void put_lineitem_row(Generator& generator, uint64_t row, std::string& line) {
  static constexpr std::array<std::string_view, 3> flags = {"R", "A", "N"};
  static constexpr std::array<std::string_view, 2> statuses = {"O", "F"};
  static constexpr std::array<std::string_view, 4> instructions = {
      "DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"};
  static constexpr std::array<std::string_view, 7> modes = {"REG AIR", "AIR",  "RAIL", "SHIP",
                                                            "TRUCK",   "MAIL", "FOB"};
  put(line, row / 4 * 8 + row % 4 + 1);
  line += ',';
  put(line, generator.between(1, 200'000));
  line += ',';
  put(line, generator.between(1, 10'000));
  line += ',';
  put(line, row % 4 + 1);
  line += ',';
  put_lineitem_prices(generator, line);
  line += ',';
  line += generator.one_of(flags);
  line += ',';
  line += generator.one_of(statuses);
  const uint64_t ship = generator.below(2300);
  for (const uint64_t day : {ship, ship + generator.below(60), ship + generator.below(30)}) {
    line += ',';
    put_date(line, day);
  }
  line += ',';
  line += generator.one_of(instructions);
  line += ',';
  line += generator.one_of(modes);
  line += ',';
  put_words(generator, line, generator.between(2, 6));
}

void put_taxi_fares(Generator& generator, std::string& line) {
  const uint64_t fare = generator.between(300, 7000) / 50 * 50;
  const uint64_t extra = generator.below(3) * 50;
  const uint64_t tip = generator.percent(60) ? generator.below(fare / 3) : 0;
  const uint64_t tolls = generator.percent(5) ? 655 : 0;
  for (const uint64_t amount : {fare, extra, uint64_t{50}, tip, tolls, uint64_t{30},
                                fare + extra + tip + tolls + 330, uint64_t{250}}) {
    line += ',';
    put_hundredths(line, amount);
  }
}

void put_taxi_row(Generator& generator, uint64_t row, std::string& line) {
  const uint64_t day = 9072 + row / 40'000 % 280;
  const uint64_t pickup = generator.below(80'000);
  put(line, generator.between(1, 2));
  for (const uint64_t second : {pickup, pickup + generator.between(60, 5'400)}) {
    line += ',';
    put_date(line, day);
    line += ' ';
    put_time(line, second);
  }
  line += ',';
  if (!generator.percent(3)) put(line, generator.between(1, 6));
  line += ',';
  put_hundredths(line, generator.between(20, 2'500));
  line += ',';
  put(line, generator.percent(96) ? 1 : generator.between(2, 5));
  line += generator.percent(99) ? ",N," : ",Y,";
  put(line, generator.between(1, 265));
  line += ',';
  put(line, generator.between(1, 265));
  line += ',';
  put(line, generator.between(1, 4));
  put_taxi_fares(generator, line);
}

constexpr std::array<Shape, 3> shapes = {{
    {"orders", "order_id,customer_id,amount,ordered_at,status,comment", put_orders_row},
    {"lineitem",
     "l_orderkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_extendedprice,l_discount,l_tax,"
     "l_returnflag,l_linestatus,l_shipdate,l_commitdate,l_receiptdate,l_shipinstruct,l_shipmode,"
     "l_comment",
     put_lineitem_row},
    {"taxi",
     "vendor_id,pickup_at,dropoff_at,passenger_count,trip_distance,rate_code,store_and_forward,"
     "pickup_location,dropoff_location,payment_type,fare_amount,extra,mta_tax,tip_amount,"
     "tolls_amount,improvement_surcharge,total_amount,congestion_surcharge",
     put_taxi_row},
}};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

bool write_table(const Shape& shape, uint64_t bytes_wanted, const char* path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path, "wb"));
  if (file == nullptr) return false;
  Generator generator(20240501);
  std::string text(shape.header);
  text += '\n';
  uint64_t written = 0;
  uint64_t row = 0;
  for (; written + text.size() < bytes_wanted; ++row) {
    shape.put_row(generator, row, text);
    text += '\n';
    if (text.size() < (size_t{1} << 20U)) continue;
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) return false;
    written += text.size();
    text.clear();
  }
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) return false;
  std::printf("%llu\n", static_cast<unsigned long long>(row));
  return std::fflush(file.get()) == 0;
}

}  // namespace

// Prints the number of rows written, without the header.
int main(int argc, char** argv) {
  if (argc == 4) {
    const uint64_t megabytes = std::strtoull(argv[2], nullptr, 10);
    for (const Shape& shape : shapes) {
      if (shape.name != argv[1]) continue;
      if (write_table(shape, megabytes * 1'000'000, argv[3])) return 0;
      std::perror(argv[3]);
      return 1;
    }
  }
  std::fputs("usage: bench_data orders|lineitem|taxi MEGABYTES FILE\n", stderr);
  return 2;
}
