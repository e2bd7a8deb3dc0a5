package pdf

import (
	"bytes"
	"slices"
)

// file is the objects of a document. It does not trust the table that says
// where they are, which is the first to be wrong in a damaged or hostile file:
// it looks for them, and of two with one number takes the later.
type file struct {
	data    []byte
	objects map[int]*entry
	order   []int // numbers in the order they were first found
	trailer dict
	key     *lock // nil when nothing is encrypted
	glyphs  map[string]rune
	fonts   map[object]*font

	decoded   int // bytes so far
	operators int
	written   int // bytes of text
}

// entry is where an object stands, and the object once it was read.
type entry struct {
	number, generation int
	start, end         int // of the object in data
	body               []byte
	hasStream          bool
	value              object
	read, reading      bool
}

func newFile(data []byte) *file {
	return &file{data: data, objects: map[int]*entry{}, trailer: dict{}, glyphs: glyphNames(), fonts: map[object]*font{}}
}

// spent reports whether a limit on the whole document is reached.
func (f *file) spent() bool {
	return f.operators >= maxOperators || f.decoded >= maxDecoded || f.written >= maxText
}

// mark finds the next place of a word; it only ever moves forward, so that a
// file is passed once for each word.
type mark struct {
	word string
	at   int
	done bool
}

func (m *mark) from(data []byte, pos int) int {
	if m.done || m.at >= pos && m.at > 0 {
		return m.at
	}
	i := bytes.Index(data[min(pos, len(data)):], []byte(m.word))
	if i < 0 {
		m.at, m.done = len(data), true
	} else {
		m.at = pos + i
	}
	return m.at
}

// scan finds the objects, their streams and the trailers.
func (f *file) scan() {
	object, begin, end := mark{word: "obj"}, mark{word: "stream"}, mark{word: "endstream"}
	var open *entry
	finish := func(at int) {
		if open != nil && open.end == 0 {
			open.end = at
		}
		open = nil
	}
	for pos := 0; pos < len(f.data) && len(f.objects) < maxObjects; {
		at, streamAt := object.from(f.data, pos), begin.from(f.data, pos)
		switch {
		case at >= len(f.data) && streamAt >= len(f.data):
			pos = len(f.data)
		case at < streamAt:
			if bytes.HasSuffix(f.data[:at], []byte("end")) {
				finish(at - 3)
			} else if e := f.header(at); e != nil {
				finish(e.start)
				e.start = at + 3
				open = e
				f.add(e)
			}
			pos = at + 3
		case open == nil || open.hasStream || bytes.HasSuffix(f.data[:streamAt], []byte("end")):
			pos = streamAt + 6
		default:
			open.end, open.hasStream = streamAt, true
			pos = f.streamOf(open, streamAt+6, &end)
		}
	}
	finish(len(f.data))
	f.trailers()
}

func (f *file) add(e *entry) {
	if f.objects[e.number] == nil {
		f.order = append(f.order, e.number)
	}
	f.objects[e.number] = e
}

// header reads "12 0 " before the word obj. Its start is that of the numbers.
func (f *file) header(at int) *entry {
	digits := func() (n, length int) {
		for at > 0 && isSpace(f.data[at-1]) {
			at--
		}
		for unit := 1; at > 0 && f.data[at-1] >= '0' && f.data[at-1] <= '9' && length < 9; at-- {
			n += unit * int(f.data[at-1]-'0')
			unit *= 10
			length++
		}
		return n, length
	}
	if at > 0 && !isSpace(f.data[at-1]) {
		return nil
	}
	generation, length := digits()
	if length == 0 {
		return nil
	}
	n, length := digits()
	if length == 0 {
		return nil
	}
	return &entry{number: n, generation: generation, start: at}
}

// streamOf takes the bytes of an object's stream and returns where they end:
// by its Length where that is true, else at the next "endstream".
func (f *file) streamOf(e *entry, at int, end *mark) int {
	if at < len(f.data) && f.data[at] == '\r' {
		at++
	}
	if at < len(f.data) && f.data[at] == '\n' {
		at++
	}
	l := lexer{data: f.data[e.start:e.end], refs: true}
	value, _ := l.next(0)
	d, _ := value.(dict)
	if n, ok := d["Length"].(float64); ok && n >= 0 && at+int(n) <= len(f.data) {
		stop := at + int(n)
		if bytes.HasPrefix(bytes.TrimLeft(f.data[stop:min(len(f.data), stop+16)], "\r\n \t"), []byte("endstream")) {
			e.body = f.data[at:stop]
			return stop
		}
	}
	stop := max(at, end.from(f.data, at))
	e.body = bytes.TrimRight(f.data[at:min(stop, len(f.data))], "\r\n")
	return stop
}

// trailers gathers what the trailers say, the last word winning: where the
// catalogue is, and how the file is encrypted.
func (f *file) trailers() {
	word := mark{word: "trailer"}
	for pos, n := 0, 0; n < 64; n++ {
		at := word.from(f.data, pos)
		if at >= len(f.data) {
			break
		}
		pos = at + 7
		l := lexer{data: f.data[pos:min(len(f.data), pos+1<<14)], refs: true}
		value, _ := l.next(0)
		f.merge(value)
	}
	for _, n := range f.order {
		if e := f.objects[n]; e.hasStream && bytes.Contains(f.data[e.start:e.end], []byte("/XRef")) {
			if s, ok := f.load(e).(stream); ok && s.dict["Type"] == name("XRef") {
				f.merge(s.dict)
			}
		}
	}
}

func (f *file) merge(value object) {
	d, _ := value.(dict)
	for _, key := range [...]string{"Root", "Encrypt", "ID", "Info"} {
		if d[key] != nil {
			f.trailer[key] = d[key]
		}
	}
}

// load reads an object; one that is being read, and so contains itself, is nil.
func (f *file) load(e *entry) object {
	if e == nil || e.reading {
		return nil
	}
	if e.read {
		return e.value
	}
	e.reading = true
	l := lexer{data: f.data[e.start:max(e.start, e.end)], refs: true}
	value, _ := l.next(0)
	if d, ok := value.(dict); ok {
		f.decryptTexts(d, e)
		if e.hasStream {
			value = stream{d, f.decryptBody(d, e)}
		}
	}
	e.value, e.read, e.reading = value, true, false
	return value
}

// resolve follows references.
func (f *file) resolve(o object) object {
	for range maxDepth {
		r, ok := o.(ref)
		if !ok {
			return o
		}
		o = f.load(f.objects[int(r)])
	}
	return nil
}

func (f *file) dictOf(o object) dict {
	switch o := f.resolve(o).(type) {
	case dict:
		return o
	case stream:
		return o.dict
	}
	return nil
}

func (f *file) numberOf(o object, otherwise float64) float64 {
	if n, ok := f.resolve(o).(float64); ok {
		return n
	}
	return otherwise
}

func (f *file) nameOf(o object) string {
	n, _ := f.resolve(o).(name)
	return string(n)
}

// openStreams reads the objects that stand in object streams. One that the
// file also holds plainly, found behind the stream, is a later version.
func (f *file) openStreams() {
	for _, n := range slices.Clone(f.order) {
		e := f.objects[n]
		if !e.hasStream || !bytes.Contains(f.data[e.start:e.end], []byte("/ObjStm")) {
			continue
		}
		s, ok := f.load(e).(stream)
		if !ok || s.dict["Type"] != name("ObjStm") {
			continue
		}
		f.unpack(s, e.start)
	}
}

func (f *file) unpack(s stream, behind int) {
	data := f.decode(s)
	first := int(f.numberOf(s.dict["First"], 0))
	count := int(f.numberOf(s.dict["N"], 0))
	if first < 0 || first > len(data) {
		return
	}
	type place struct{ number, at int }
	var places []place
	head := lexer{data: data[:first]}
	for range min(count, maxObjects) {
		n, _ := head.next(0)
		at, ok := head.next(0)
		number, isNumber := n.(float64)
		offset, isOffset := at.(float64)
		if !ok || !isNumber || !isOffset || offset < 0 || first+int(offset) > len(data) {
			break
		}
		places = append(places, place{int(number), first + int(offset)})
	}
	// Each object ends where the next begins, so that all are read in one pass.
	slices.SortStableFunc(places, func(a, b place) int { return a.at - b.at })
	for i, p := range places {
		end := len(data)
		if i+1 < len(places) {
			end = places[i+1].at
		}
		if old := f.objects[p.number]; len(f.objects) >= maxObjects || old != nil && old.start > behind {
			continue
		}
		l := lexer{data: data[p.at:end], refs: true}
		value, _ := l.next(0)
		f.add(&entry{number: p.number, start: behind, value: value, read: true})
	}
}

// pages lists the pages in order, with what they inherit. Where the tree is
// broken, every page object counts, in order of number.
func (f *file) pages() []dict {
	root := f.dictOf(f.trailer["Root"])
	if root == nil {
		root = f.find("Catalog")
	}
	var found []dict
	seen := map[object]bool{}
	f.walkPages(root["Pages"], dict{}, 0, seen, &found)
	if len(found) > 0 {
		return found
	}
	numbers := slices.Sorted(slices.Values(f.order))
	for _, n := range numbers {
		if d, ok := f.load(f.objects[n]).(dict); ok && f.nameOf(d["Type"]) == "Page" && len(found) < maxPages {
			found = append(found, d)
		}
	}
	return found
}

func (f *file) find(kind string) dict {
	for _, n := range slices.Backward(f.order) {
		if d, ok := f.load(f.objects[n]).(dict); ok && f.nameOf(d["Type"]) == kind {
			return d
		}
	}
	return nil
}

func (f *file) walkPages(o object, inherited dict, depth int, seen map[object]bool, found *[]dict) {
	if r, ok := o.(ref); ok {
		if seen[r] {
			return
		}
		seen[r] = true
	}
	node := f.dictOf(o)
	if node == nil || depth > maxDepth || len(*found) >= maxPages {
		return
	}
	own := dict{}
	for _, key := range [...]string{"Resources", "Rotate"} {
		own[key] = inherited[key]
		if node[key] != nil {
			own[key] = node[key]
		}
	}
	kids, isNode := f.resolve(node["Kids"]).(array)
	if !isNode {
		if node["Contents"] != nil || f.nameOf(node["Type"]) == "Page" {
			own["Contents"] = node["Contents"]
			*found = append(*found, own)
		}
		return
	}
	for _, kid := range kids {
		f.walkPages(kid, own, depth+1, seen, found)
	}
}
