package pdf

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
)

// lock opens what the standard security handler encrypted with an empty user
// password: files that anybody may read and not everybody print (ISO 32000-1,
// 7.6; ISO 32000-2 for AES-256).
type lock struct {
	key []byte
	aes bool
	// whole says that the key is used as it is (AES-256).
	whole bool
}

// padding fills up passwords (Algorithm 2).
const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

// unlock finds the key. An *Error says that a password is needed, or a handler
// that is not the standard one.
func (f *file) unlock() error {
	if f.trailer["Encrypt"] == nil {
		return nil
	}
	d := f.dictOf(f.trailer["Encrypt"])
	if f.nameOf(d["Filter"]) != "Standard" {
		return failed("it is encrypted by %q", f.nameOf(d["Filter"]))
	}
	version, revision := int(f.numberOf(d["V"], 0)), int(f.numberOf(d["R"], 0))
	method := ""
	if version >= 4 {
		filters := f.dictOf(d["CF"])
		method = f.nameOf(f.dictOf(filters[f.nameOf(d["StmF"])])["CFM"])
		if method == "" || method == "None" {
			return nil // streams are plain
		}
	}
	owner, user := string(f.bytesOf(d["O"])), string(f.bytesOf(d["U"]))
	if version >= 5 {
		key, ok := keyOfAES256(revision, user, string(f.bytesOf(d["UE"])))
		if !ok {
			return failed("it is locked with a password")
		}
		f.key = &lock{key: key, aes: true, whole: true}
		f.forget()
		return nil
	}
	length := 5
	if version > 1 {
		length = int(f.numberOf(d["Length"], 40)) / 8
	}
	if version == 4 {
		length = 16
	}
	if version < 1 || version > 4 || length < 5 || length > 16 || len(owner) < 32 || len(user) < 16 {
		return failed("it is encrypted in a way that is not known (V %d, R %d)", version, revision)
	}
	id := ""
	if ids, ok := f.resolve(f.trailer["ID"]).(array); ok && len(ids) > 0 {
		id = string(f.bytesOf(ids[0]))
	}
	permissions := uint32(int64(f.numberOf(d["P"], 0)))
	plainMeta := d["EncryptMetadata"] == false
	key := keyOfRC4(revision, length, owner, id, permissions, plainMeta)
	if !opens(key, revision, id, user) {
		return failed("it is locked with a password")
	}
	f.key = &lock{key: key, aes: method == "AESV2"}
	f.forget()
	return nil
}

func (f *file) bytesOf(o object) []byte {
	s, _ := f.resolve(o).(text)
	return []byte(s)
}

// forget drops what was read before the key was known.
func (f *file) forget() {
	keep, isRef := f.trailer["Encrypt"].(ref)
	for n, e := range f.objects {
		if e.end > 0 && (!isRef || n != int(keep)) {
			e.value, e.read = nil, false
		}
	}
}

// keyOfRC4 is Algorithm 2 with an empty password.
func keyOfRC4(revision, length int, owner, id string, permissions uint32, plainMeta bool) []byte {
	h := md5.New()
	h.Write([]byte(padding + owner[:32]))
	h.Write(binary.LittleEndian.AppendUint32(nil, permissions))
	h.Write([]byte(id))
	if revision >= 4 && plainMeta {
		h.Write([]byte("\xff\xff\xff\xff"))
	}
	key := h.Sum(nil)
	if revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:length])
			key = sum[:]
		}
	}
	return key[:length]
}

// opens checks the key against the user entry (Algorithms 4 and 5).
func opens(key []byte, revision int, id, user string) bool {
	if revision == 2 {
		return len(user) >= 32 && string(rc4Of(key, []byte(padding))) == user[:32]
	}
	sum := md5.Sum([]byte(padding + id))
	data := rc4Of(key, sum[:])
	for i := 1; i < 20; i++ {
		turned := make([]byte, len(key))
		for j := range key {
			turned[j] = key[j] ^ byte(i)
		}
		data = rc4Of(turned, data)
	}
	return string(data) == user[:16]
}

func rc4Of(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// keyOfAES256 is Algorithm 2.A with an empty password: hash, validation salt
// and key salt stand in the user entry.
func keyOfAES256(revision int, user, wrapped string) ([]byte, bool) {
	if len(user) < 48 || len(wrapped) < 32 {
		return nil, false
	}
	hash := func(salt string) []byte {
		if revision < 6 {
			sum := sha256.Sum256([]byte(salt))
			return sum[:]
		}
		return hardened(salt)
	}
	if string(hash(user[32:40])) != user[:32] {
		return nil, false
	}
	block, err := aes.NewCipher(hash(user[40:48]))
	if err != nil {
		return nil, false
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(key, []byte(wrapped[:32]))
	return key, true
}

// hardened is Algorithm 2.B with an empty password.
func hardened(salt string) []byte {
	sum := sha256.Sum256([]byte(salt))
	k := sum[:]
	for round := 0; ; round++ {
		var repeated []byte
		for range 64 {
			repeated = append(repeated, k...)
		}
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(repeated, repeated)
		rest := 0
		for _, c := range repeated[:16] {
			rest += int(c)
		}
		switch rest % 3 {
		case 0:
			sum := sha256.Sum256(repeated)
			k = sum[:]
		case 1:
			sum := sha512.Sum384(repeated)
			k = sum[:]
		case 2:
			sum := sha512.Sum512(repeated)
			k = sum[:]
		}
		if round >= 63 && int(repeated[len(repeated)-1]) <= round-32 {
			return k[:32]
		}
	}
}

// decryptBody opens the bytes of a stream.
func (f *file) decryptBody(d dict, e *entry) []byte {
	if f.key == nil || d["Type"] == name("XRef") {
		return e.body
	}
	return f.key.open(e.body, e.number, e.generation)
}

// decryptTexts opens the strings of a dictionary's own level, where titles and
// dates stand. Those of the Encrypt dictionary itself are plain.
func (f *file) decryptTexts(d dict, e *entry) {
	if f.key == nil || d["Filter"] == name("Standard") {
		return
	}
	for key, value := range d {
		if s, ok := value.(text); ok {
			d[key] = text(f.key.open([]byte(s), e.number, e.generation))
		}
	}
}

// open is Algorithm 1: the key of an object is made of that of the file.
func (l *lock) open(data []byte, number, generation int) []byte {
	key := l.key
	if !l.whole {
		h := md5.New()
		h.Write(l.key)
		h.Write([]byte{byte(number), byte(number >> 8), byte(number >> 16), byte(generation), byte(generation >> 8)})
		if l.aes {
			h.Write([]byte("sAlT"))
		}
		key = h.Sum(nil)[:min(16, len(l.key)+5)]
	}
	if !l.aes {
		return rc4Of(key, data)
	}
	if len(data) < 32 || len(data)%16 != 0 {
		data = data[:len(data)/16*16]
		if len(data) < 32 {
			return nil
		}
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(data)-16)
	cipher.NewCBCDecrypter(block, data[:16]).CryptBlocks(out, data[16:])
	if pad := int(out[len(out)-1]); pad >= 1 && pad <= 16 {
		out = out[:len(out)-pad]
	}
	return out
}
