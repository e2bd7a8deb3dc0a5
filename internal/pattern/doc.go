// Package pattern compiles and matches token patterns, the rule language of
// pipelines/. A pattern reads a sentence's tokens, their tags and the spans
// that lexicons marked in it:
//
//	word  a|b  impose+v  tariff+n   a token in lower case; +v and +n add a regular verb's or noun's forms
//	"%"  "anti-dumping"             quoted words, cut into tokens as a text is
//	%cue                            a span of the cue list "cue"
//	<LABEL>  <A|B>                  a span of that label (COUNTRY, RATE, …)
//	/VB.*/                          a token whose tag matches wholly
//	.                               any token
//	..  ..8                         as few tokens as it takes, at most 6 (or 8), never a ";"
//	( a b | c )  then ? * +         groups
//	{name: a b}                     captures a b as the slot "name"
//	!( a b )                        not followed by a b
//	^  $                            the sentence's start and end
//	@x                              x is the trigger; every pattern has at least one
//
// Matching costs at most tokens × instructions, whatever the pattern: every
// pair is visited once (as in RE2's bit-state search, Cox 2010).
package pattern
