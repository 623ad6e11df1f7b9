// SPDX-License-Identifier: Apache-2.0
// The algorithm of every kernel, included inside its target region and unnamed namespace, where
// Block and Seen are defined:
//   Block::load(p)          64 bytes from p
//   block.eq(byte)          bit i: byte i equals `byte`
//   prefix_xor(bits)        bit i: parity of bits 0..i
//   Seen::add(block)        remembers for has_null(), has_high(), has_cr() at the end
//
// One block of   a,"x,""y",b\n     (q quotes, i inside: parity up to and with each byte)
//   q            ..1..11.1...
//   i            ..111.11....     an opening quote counts as inside, a closing one does not
//   separators   .1.......1.1    (delimiter | LF) & ~i

inline uint64_t ones_below(size_t count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

inline uint64_t bit_at(uint64_t bits, size_t at) { return (bits >> at) & 1; }

inline size_t first_bit(uint64_t bits) { return static_cast<size_t>(__builtin_ctzll(bits)); }
inline size_t last_bit(uint64_t bits) { return 63 - static_cast<size_t>(__builtin_clzll(bits)); }
inline uint64_t count_bits(uint64_t bits) {
  return static_cast<uint64_t>(__builtin_popcountll(bits));
}

// `ends` are the record ends among `lines`, both within the 64 bytes at `base`.
inline void note_ends(SplitScan& scan, size_t base, uint64_t ends, uint64_t lines) {
  if (ends != 0) {
    if (scan.first_end == SplitScan::none) scan.first_end = base + first_bit(ends) + 1;
    size_t last = last_bit(ends);
    scan.last_end = base + last + 1;
    scan.records += count_bits(ends);
    scan.lines_at_last = scan.lines + count_bits(lines & ones_below(last + 1));
  }
  scan.lines += count_bits(lines);
}

// Where an opening quote may stand for the initial spaces before it: adding the first byte of each
// run of spaces behind a separator to the spaces carries a one to the byte behind the run.
//   field begins  .1.....      spaces  .11.1..      sum  ...11..      & ~spaces  ...1...
inline uint64_t behind_spaces(uint64_t begins, uint64_t spaces, SplitCarry& carry, size_t size) {
  uint64_t sum = 0;
  bool over = __builtin_add_overflow(spaces, begins & spaces, &sum);
  uint64_t behind = sum & ~spaces;
  carry.spaces = size == 64 ? uint64_t{over} : bit_at(behind, size);
  return behind;
}

// One block of `size` bytes with every rule. Returns the places where the guard is violated.
inline uint64_t split_block(const Block& block, size_t size, const Marks& marks, SplitScan& scan) {
  SplitCarry& carry = scan.carry;
  uint64_t mask = ones_below(size);
  uint64_t quotes = block.eq(marks.quote) & marks.quoting & mask;
  uint64_t lines = block.eq('\n') & mask;
  uint64_t inside = prefix_xor(quotes) ^ carry.inside;
  uint64_t opens = quotes & inside;
  uint64_t closes = quotes & ~inside;
  uint64_t separators = ((block.eq(marks.delimiter) & mask) | lines) & ~inside;
  uint64_t begins = (separators << 1) | carry.separator;
  uint64_t after_close = (closes << 1) | carry.close;
  // A doubled quote closes and opens at once. Behind any other closing quote stands a separator,
  // or a CR that LF must follow.
  uint64_t may_open = begins | (after_close & marks.doubling);
  if (marks.skip_initial_space) {
    uint64_t first = begins | carry.spaces;
    may_open |= first | behind_spaces(first, block.eq(' ') & mask, carry, size);
  }
  uint64_t crs = after_close & block.eq('\r') & mask;
  uint64_t after_crs = (crs << 1) | carry.close_cr;
  uint64_t wrong =
      (opens & ~may_open) | (after_close & ~(separators | opens | crs)) | (after_crs & ~lines);
  wrong &= mask;
  size_t last = size - 1;
  carry.inside = uint64_t{0} - (inside >> 63);
  carry.separator = bit_at(separators, last);
  carry.close = bit_at(closes, last);
  carry.close_cr = bit_at(crs, last);
  if (wrong == 0) note_ends(scan, scan.at, lines & ~inside, lines);
  return wrong;
}

// True when no quote is near: then a block of a field's text, or of unquoted records, needs its
// line ends counted and nothing else.
inline bool calm(const SplitCarry& carry, uint64_t quotes) {
  return (quotes | carry.close | carry.close_cr) == 0;
}

inline void split_text(const char* text, size_t end, const Marks& marks, SplitScan& scan) {
  while (scan.at < end) {
    size_t size = end - scan.at < 64 ? end - scan.at : 64;
    Block block = Block::load(text + scan.at);
    bool whole = size == 64 && !marks.skip_initial_space;
    if (whole && calm(scan.carry, block.eq(marks.quote) & marks.quoting)) {
      uint64_t lines = block.eq('\n');
      note_ends(scan, scan.at, lines & ~scan.carry.inside, lines);
      char byte = text[scan.at + 63];
      bool separator = byte == '\n' || byte == marks.delimiter;
      scan.carry.separator = separator && scan.carry.inside == 0 ? 1 : 0;
    } else {
      uint64_t wrong = split_block(block, size, marks, scan);
      if (wrong != 0) {
        scan.violated = true;
        scan.at += first_bit(wrong);
        return;
      }
    }
    scan.at += size;
  }
}

// Writes the places of the ones. Eight stores without a question, then eight more, then a loop:
// what is written past the count is overwritten by the next block.
inline uint32_t* write_places(uint64_t bits, uint32_t base, uint32_t* out) {
  if (bits == 0) return out;
  uint64_t count = count_bits(bits);
  uint32_t* at = out;
  for (uint64_t written = 8; written <= 16; written += 8) {
    for (int i = 0; i < 8; ++i) {
      // Past the last bit this is a place that the next block overwrites.
      at[i] = base + static_cast<uint32_t>(trailing_zeros(bits));
      bits &= bits - 1;
    }
    at += 8;
    if (count <= written) return out + count;
  }
  while (bits != 0) {
    *at++ = base + static_cast<uint32_t>(trailing_zeros(bits));
    bits &= bits - 1;
  }
  return out + count;
}

inline IndexFound index_text(std::string_view text, const Marks& marks, uint32_t* out) {
  IndexFound found;
  Seen seen;
  uint64_t carry = 0;
  uint64_t any_quote = 0;
  uint32_t* next = out;
  auto one = [&](const Block& block, size_t base, uint64_t mask) {
    seen.add(block);
    uint64_t quotes = block.eq(marks.quote) & marks.quoting & mask;
    uint64_t inside = prefix_xor(quotes) ^ carry;
    carry = uint64_t{0} - (inside >> 63);
    any_quote |= quotes;
    uint64_t lines = block.eq('\n') & ~inside & mask;
    found.records += count_bits(lines);
    uint64_t separators = (block.eq(marks.delimiter) & ~inside & mask) | lines;
    next = write_places(separators, static_cast<uint32_t>(base), next);
  };
  size_t whole = text.size() / 64 * 64;
  for (size_t at = 0; at < whole; at += 64) one(Block::load(text.data() + at), at, ~uint64_t{0});
  if (whole < text.size()) {
    // Bytes behind the text must not be seen, so the last block is a copy that ends in blanks.
    char last[64];
    std::memset(last, ' ', sizeof last);
    std::memcpy(last, text.data() + whole, text.size() - whole);
    one(Block::load(last), whole, ones_below(text.size() - whole));
  }
  found.separators = static_cast<size_t>(next - out);
  found.quote = any_quote != 0;
  found.null_byte = seen.has_null();
  found.high = seen.has_high();
  found.carriage_return = seen.has_cr();
  return found;
}
