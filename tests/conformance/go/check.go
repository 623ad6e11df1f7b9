// SPDX-License-Identifier: Apache-2.0

// Reads the matrix with parquet-go and compares values, nulls and page indexes:  check DIR
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

type column struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Values []any  `json:"values"`
}

type expectations struct {
	RowGroups []int64  `json:"row_groups"`
	Columns   []column `json:"columns"`
}

func doubleBits(number float64) string {
	if math.IsNaN(number) {
		return "nan"
	}
	return strconv.FormatInt(int64(math.Float64bits(number)), 10)
}

func unscaled(bytes []byte) string {
	value := new(big.Int).SetBytes(bytes)
	if len(bytes) > 0 && bytes[0] >= 0x80 {
		value.Sub(value, new(big.Int).Lsh(big.NewInt(1), uint(len(bytes)*8)))
	}
	return value.String()
}

// The value in the words of the expectations.
func found(kind string, value parquet.Value) any {
	if value.IsNull() {
		return nil
	}
	switch value.Kind() {
	case parquet.Boolean:
		return value.Boolean()
	case parquet.Int32:
		return strconv.FormatInt(int64(value.Int32()), 10)
	case parquet.Int64:
		return strconv.FormatInt(value.Int64(), 10)
	case parquet.Double:
		return doubleBits(value.Double())
	case parquet.FixedLenByteArray:
		return unscaled(value.ByteArray())
	}
	bytes := value.ByteArray()
	if kind == "binary" {
		return hex.EncodeToString(bytes)
	}
	if len(bytes) > 4096 {
		return fmt.Sprintf("sha256:%x", sha256.Sum256(bytes))
	}
	return string(bytes)
}

func wanted(kind string, value any) any {
	text, is := value.(string)
	if !is || kind != "double" {
		return value
	}
	bits, _ := strconv.ParseInt(text, 10, 64)
	return doubleBits(math.Float64frombits(uint64(bits)))
}

func readPages(chunk parquet.ColumnChunk, each func(parquet.Value)) error {
	pages := chunk.Pages()
	defer pages.Close()
	buffer := make([]parquet.Value, 1000)
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values := page.Values()
		for {
			count, err := values.ReadValues(buffer)
			for _, value := range buffer[:count] {
				each(value)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		parquet.Release(page)
	}
}

// Nulls of the column index must add up, and its pages with those of the offset index.
func checkIndex(chunk parquet.ColumnChunk, nulls int64) error {
	offsets, err := chunk.OffsetIndex()
	if err != nil {
		return err
	}
	index, err := chunk.ColumnIndex()
	if errors.Is(err, parquet.ErrMissingColumnIndex) {
		return nil
	}
	if err != nil {
		return err
	}
	var sum int64
	for i := 0; i < index.NumPages(); i++ {
		sum += index.NullCount(i)
	}
	if sum != nulls || index.NumPages() != offsets.NumPages() {
		return fmt.Errorf("page index: %d nulls, %d and %d pages, wanted %d nulls",
			sum, index.NumPages(), offsets.NumPages(), nulls)
	}
	return nil
}

func checkColumn(file *parquet.File, place int, want column) error {
	row := 0
	var difference error
	for _, group := range file.RowGroups() {
		chunk := group.ColumnChunks()[place]
		var nulls int64
		err := readPages(chunk, func(value parquet.Value) {
			if value.IsNull() {
				nulls++
			}
			if row < len(want.Values) && difference == nil {
				got, expected := found(want.Kind, value), wanted(want.Kind, want.Values[row])
				if got != expected {
					difference = fmt.Errorf("row %d (%s): %v, wanted %v", row, want.Kind, got, expected)
				}
			}
			row++
		})
		if err != nil {
			return err
		}
		if err := checkIndex(chunk, nulls); err != nil {
			return err
		}
	}
	if difference == nil && row != len(want.Values) {
		return fmt.Errorf("%d values, wanted %d", row, len(want.Values))
	}
	return difference
}

func checkFile(path string, problem func(string)) error {
	text, err := os.ReadFile(strings.TrimSuffix(path, ".parquet") + ".json")
	if err != nil {
		return err
	}
	var want expectations
	if err := json.Unmarshal(text, &want); err != nil {
		return err
	}
	handle, err := os.Open(path)
	if err != nil {
		return err
	}
	defer handle.Close()
	info, err := handle.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(handle, info.Size())
	if err != nil {
		return err
	}
	if len(file.RowGroups()) != len(want.RowGroups) {
		problem(fmt.Sprintf("%d row groups, wanted %d", len(file.RowGroups()), len(want.RowGroups)))
	}
	for place, column := range want.Columns {
		if err := checkColumn(file, place, column); err != nil {
			problem(column.Name + ": " + err.Error())
		}
	}
	return nil
}

func main() {
	paths, _ := filepath.Glob(filepath.Join(os.Args[1], "*.parquet"))
	failures := 0
	for _, path := range paths {
		problem := func(text string) {
			failures++
			fmt.Printf("parquet-go: %s: %s\n", filepath.Base(path), text)
		}
		if err := checkFile(path, problem); err != nil {
			problem(err.Error())
		}
	}
	fmt.Printf("parquet-go: %d files, %d failures\n", len(paths), failures)
	if failures > 0 || len(paths) == 0 {
		os.Exit(1)
	}
}
