package article

import "fmt"

// Classes of Error, fit for a metric's label and a dead letter's reason.
const (
	// ClassNoText: the input was read, but holds no article.
	ClassNoText = "no_text"
	// ClassNotText: an image, an archive or another kind nobody can read.
	ClassNotText = "not_text"
	// ClassBadEncoding: the bytes are no text in any character set we know.
	ClassBadEncoding = "bad_encoding"
	// ClassBadJSON: the line is no JSON object, or a field has a wrong type.
	ClassBadJSON = "bad_json"
	// ClassPDF: a PDF that is locked or damaged.
	ClassPDF = "pdf"
)

// Error says why no article came out.
type Error struct {
	// Class is one of the Class constants.
	Class string
	Err   error
}

func (e *Error) Error() string { return e.Class + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func failed(class, format string, args ...any) error {
	return &Error{Class: class, Err: fmt.Errorf(format, args...)}
}
