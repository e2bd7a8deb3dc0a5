package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"io"
)

// decodeCost is what decoding any stream counts in bytes, however small it is.
const decodeCost = 2048

// decode undoes the filters of a stream. What a damaged stream gives before
// the damage counts; pictures and unknown filters give nothing.
func (f *file) decode(s stream) []byte {
	filters, parameters := listOf(f.resolve(s.dict["Filter"])), listOf(f.resolve(s.dict["DecodeParms"]))
	f.decoded += decodeCost
	data := s.raw
	if len(filters) > 8 {
		return nil
	}
	for i, filter := range filters {
		var p dict
		if i < len(parameters) {
			p = f.dictOf(parameters[i])
		}
		data = f.unfilter(f.nameOf(filter), p, data)
	}
	if len(filters) == 0 {
		f.decoded += len(data)
	}
	return data
}

func listOf(o object) []object {
	switch o := o.(type) {
	case nil:
		return nil
	case array:
		return o
	}
	return []object{o}
}

func (f *file) unfilter(filter string, p dict, data []byte) []byte {
	switch filter {
	case "FlateDecode", "Fl":
		return f.unpredicted(p, f.inflate(data))
	case "LZWDecode", "LZW":
		data = unLZW(data, int(f.numberOf(p["EarlyChange"], 1)), maxDecoded-f.decoded)
		f.decoded += len(data)
		return f.unpredicted(p, data)
	case "ASCIIHexDecode", "AHx":
		if end := bytes.IndexByte(data, '>'); end >= 0 {
			data = data[:end]
		}
		data = unhex(data)
	case "ASCII85Decode", "A85":
		data = un85(data)
	case "RunLengthDecode", "RL":
		data = unRun(data, maxDecoded-f.decoded)
	case "Crypt":
		return data
	default:
		return nil
	}
	f.decoded += len(data)
	return data
}

// inflate reads what there is, up to the limit of the document.
func (f *file) inflate(data []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(data, "\r\n")))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(max(0, maxDecoded-f.decoded))))
	f.decoded += len(out)
	if err != nil && len(out) == 0 {
		return nil
	}
	return out
}

// unpredicted undoes PNG prediction (PNG specification, 9.2).
func (f *file) unpredicted(p dict, data []byte) []byte {
	if f.numberOf(p["Predictor"], 1) < 10 {
		return data
	}
	columns, colors, bits := int(f.numberOf(p["Columns"], 1)), int(f.numberOf(p["Colors"], 1)), int(f.numberOf(p["BitsPerComponent"], 8))
	if columns < 1 || colors < 1 || bits < 1 || columns > 1<<20 || colors > 32 || bits > 16 {
		return nil
	}
	size := max(1, colors*bits/8)
	width := (columns*colors*bits + 7) / 8
	var out []byte
	above := make([]byte, width)
	for len(data) > 1 {
		row := append([]byte(nil), data[1:min(len(data), width+1)]...)
		row = append(row, make([]byte, width-len(row))...)
		for i := range row {
			var left, corner byte
			if i >= size {
				left, corner = row[i-size], above[i-size]
			}
			row[i] += predicted(data[0], left, above[i], corner)
		}
		out = append(out, row...)
		above = row
		data = data[min(len(data), width+1):]
	}
	return out
}

func predicted(kind, left, above, corner byte) byte {
	switch kind {
	case 1:
		return left
	case 2:
		return above
	case 3:
		return byte((int(left) + int(above)) / 2)
	case 4:
		p := int(left) + int(above) - int(corner)
		a, b, c := distance(p, left), distance(p, above), distance(p, corner)
		switch {
		case a <= b && a <= c:
			return left
		case b <= c:
			return above
		}
		return corner
	}
	return 0
}

func distance(p int, b byte) int { return max(p-int(b), int(b)-p) }

func un85(data []byte) []byte {
	if end := bytes.Index(data, []byte("~>")); end >= 0 {
		data = data[:end]
	}
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	out := make([]byte, 4*len(data)+4)
	n, _, _ := ascii85.Decode(out, data, true) // what is whole counts
	return out[:n]
}

func unRun(data []byte, limit int) []byte {
	var out []byte
	for len(data) > 1 && data[0] != 128 && len(out) < limit {
		n := int(data[0])
		if n < 128 {
			n = min(n+1, len(data)-1)
			out = append(out, data[1:1+n]...)
			data = data[1+n:]
			continue
		}
		out = append(out, bytes.Repeat(data[1:2], 257-n)...)
		data = data[2:]
	}
	return out
}

// unLZW reads LZW with codes of 9 to 12 bits, the highest first (ISO 32000-1,
// 7.4.4).
func unLZW(data []byte, early, limit int) []byte {
	type link struct {
		before int
		last   byte
		length int
	}
	table := make([]link, 258, 4096)
	for i := range 256 {
		table[i] = link{-1, byte(i), 1}
	}
	var out []byte
	var bits, have uint
	width, previous := uint(9), -1
	emit := func(code int) byte {
		start := len(out)
		out = append(out, make([]byte, table[code].length)...)
		for at := len(out) - 1; at >= start; at-- {
			out[at] = table[code].last
			code = table[code].before
		}
		return out[start]
	}
	for _, c := range data {
		bits, have = bits<<8|uint(c), have+8
		if have < width {
			continue
		}
		code := int(bits >> (have - width) & (1<<width - 1))
		have -= width
		switch {
		case code == 256:
			table, width, previous = table[:258], 9, -1
			continue
		case code == 257 || code > len(table) || len(out) > limit || code == len(table) && previous < 0:
			return out[:min(len(out), max(0, limit))]
		case previous < 0:
			emit(code)
		case code < len(table):
			first := emit(code)
			table = append(table, link{previous, first, table[previous].length + 1})
		default:
			first := emit(previous)
			out = append(out, first)
			table = append(table, link{previous, first, table[previous].length + 1})
		}
		previous = code
		if len(table) >= 4096 {
			table = table[:4096]
		}
		for width < 12 && len(table)+early >= 1<<width {
			width++
		}
	}
	return out
}
