// Programs with a fault, and the message that must come, to the letter.
let faultyPrograms: [(source: String, message: String)] = [
    (
        #"f(1, 2"#,
        #"""
        t.mpo:1:7: error: expected `,` or `)`, found the end of the input
         1 | f(1, 2
           |       ^
           |  - `(` was opened here
        """#
    ),
    (
        #"""
        x = [1, 2
        y = 3
        """#,
        #"""
        t.mpo:2:1: error: expected `,` or `]`, found the name `y`
         2 | y = 3
           | ^
         1 | x = [1, 2
           |     - `[` was opened here
        """#
    ),
    (
        #"f(a b)"#,
        #"""
        t.mpo:1:5: error: expected `,` or `)`, found the name `b`
         1 | f(a b)
           |     ^
           |  - `(` was opened here
        """#
    ),
    (
        #"(1]"#,
        #"""
        t.mpo:1:3: error: expected `)`, found `]`
         1 | (1]
           |   ^
           | - `(` was opened here
        """#
    ),
    (
        #"1 + )"#,
        #"""
        t.mpo:1:5: error: `)` closes nothing: no `(` is open
         1 | 1 + )
           |     ^
        """#
    ),
    (
        #"def f(x): x"#,
        #"""
        t.mpo:1:1: error: `def` has no meaning here
         1 | def f(x): x
           | ^^^
           hint: a function is declared with `func`: `func f(x) { … }`
        """#
    ),
    (
        #"function f(x) { x }"#,
        #"""
        t.mpo:1:1: error: `function` has no meaning here
         1 | function f(x) { x }
           | ^^^^^^^^
           hint: a function is declared with `func`: `func f(x) { … }`
        """#
    ),
    (
        #"let x = 1"#,
        #"""
        t.mpo:1:1: error: `let` has no meaning here
         1 | let x = 1
           | ^^^
           hint: a variable is made by assigning to it: `x = 1`
        """#
    ),
    (
        #"var y = 2"#,
        #"""
        t.mpo:1:1: error: `var` has no meaning here
         1 | var y = 2
           | ^^^
           hint: a variable is made by assigning to it: `x = 1`
        """#
    ),
    (
        #"if a { 1 } elif b { 2 }"#,
        #"""
        t.mpo:1:12: error: `elif` has no meaning here
         1 | if a { 1 } elif b { 2 }
           |            ^^^^
           hint: write `} else if … {`
        """#
    ),
    (
        #"""
        if a { 1 }
        else { 2 }
        """#,
        #"""
        t.mpo:2:1: error: `else` stands without its `if`
         2 | else { 2 }
           | ^^^^
           hint: `else` follows the `}` of its `if` on the same line: `} else {`
        """#
    ),
    (
        #"a && b"#,
        #"""
        t.mpo:1:3: error: `&&` has no meaning here
         1 | a && b
           |   ^^
           hint: write `and`
        """#
    ),
    (
        #"a || b"#,
        #"""
        t.mpo:1:3: error: `||` has no meaning here
         1 | a || b
           |   ^^
           hint: write `or`
        """#
    ),
    (
        #"if !a { 1 }"#,
        #"""
        t.mpo:1:4: error: `!` has no meaning here
         1 | if !a { 1 }
           |    ^
           hint: write `not`
        """#
    ),
    (
        #"2 ** 3"#,
        #"""
        t.mpo:1:3: error: `**` has no meaning here
         1 | 2 ** 3
           |   ^^
           hint: a power is written `^`: `x ^ 2`
        """#
    ),
    (
        #"x := 1"#,
        #"""
        t.mpo:1:3: error: `:=` has no meaning here
         1 | x := 1
           |   ^^
           hint: a variable is assigned with `=`
        """#
    ),
    (
        #"x => x + 1"#,
        #"""
        t.mpo:1:3: error: `=>` has no meaning here
         1 | x => x + 1
           |   ^^
           hint: a function is written with `->`: `x -> x * 2`
        """#
    ),
    (
        #"map(lambda x: x, xs)"#,
        #"""
        t.mpo:1:5: error: `lambda` has no meaning here
         1 | map(lambda x: x, xs)
           |     ^^^^^^
           hint: a function is written `x -> x * 2`
        """#
    ),
    (
        #"'abc'"#,
        #"""
        t.mpo:1:1: error: strings are written in double quotes
         1 | 'abc'
           | ^
           hint: write "abc"
        """#
    ),
    (
        #"for (i in 1...3) { i }"#,
        #"""
        t.mpo:1:5: error: expected the loop's variable, found `(`
         1 | for (i in 1...3) { i }
           |     ^
           hint: a loop is written `for x in xs { … }`, without parentheses
        """#
    ),
    (
        #"x = 1 // one"#,
        #"""
        t.mpo:1:7: error: `//` has no meaning here
         1 | x = 1 // one
           |       ^^
           hint: a comment starts with `#`; there is no integer division, use `floor(a / b)`
        """#
    ),
    (
        #"print x"#,
        #"""
        t.mpo:1:7: error: expected the end of the statement, found the name `x`
         1 | print x
           |       ^
           hint: to call `print`, write `print(x)`
        """#
    ),
    (
        #"print "hello""#,
        #"""
        t.mpo:1:7: error: expected the end of the statement, found a string
         1 | print "hello"
           |       ^
           hint: to call `print`, write `print("hello")`
        """#
    ),
    (
        #"""
        if x > 1:
            print(x)
        """#,
        #"""
        t.mpo:1:9: error: expected `{` and the body of `if`, found `:`
         1 | if x > 1:
           |         ^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"""
        for i in xs:
            i
        """#,
        #"""
        t.mpo:1:12: error: expected `{` and the body of `for`, found `:`
         1 | for i in xs:
           |            ^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"while x = 1 { x }"#,
        #"""
        t.mpo:1:9: error: a condition cannot assign
         1 | while x = 1 { x }
           |         ^
           hint: `==` compares
        """#
    ),
    (
        #"if x = 1 { 2 }"#,
        #"""
        t.mpo:1:6: error: a condition cannot assign
         1 | if x = 1 { 2 }
           |      ^
           hint: `==` compares
        """#
    ),
    (
        #"a < b < c"#,
        #"""
        t.mpo:1:7: error: comparisons do not chain
         1 | a < b < c
           |       ^
           hint: write `a < b and b < …`
        """#
    ),
    (
        #"0 <= x <= 1"#,
        #"""
        t.mpo:1:8: error: comparisons do not chain
         1 | 0 <= x <= 1
           |        ^^
           hint: write `0 <= x and x <= …`
        """#
    ),
    (
        #"f(a = 1)"#,
        #"""
        t.mpo:1:5: error: expected `,` or `)`, found `=`
         1 | f(a = 1)
           |     ^
           hint: an argument's label is followed by `:`, as in `a: 1`
        """#
    ),
    (
        #"x++"#,
        #"""
        t.mpo:1:2: error: `++` has no meaning here
         1 | x++
           |  ^^
           hint: write `x += 1`
        """#
    ),
    (
        #"x += "#,
        #"""
        t.mpo:1:5: error: expected a value, found the end of the input
         1 | x +=
           |     ^
        """#
    ),
    (
        #""abc"#,
        #"""
        t.mpo:1:1: error: the string is not closed on its line
         1 | "abc
           | ^
           hint: a string ends with `"`; `\n` within it starts a new line
        """#
    ),
    (
        "x = \"\"\"abc\"\"\"",
        ##"""
        t.mpo:1:5: error: the text of a `"""` string begins on the next line
         1 | x = """abc"""
           |     ^^^
           hint: a string on one line stands between single double quotes
        """##
    ),
    (
        "\"\"\"abc",
        ##"""
        t.mpo:1:1: error: the text of a `"""` string begins on the next line
         1 | """abc
           | ^^^
           hint: a string on one line stands between single double quotes
        """##
    ),
    (
        "x = \"\"\"\n    a\n  b\n    \"\"\"",
        ##"""
        t.mpo:3:3: error: this line begins before the closing `"""`
         3 |   b
           |   ^
         4 |     """
           |     --- the string ends here
           hint: the text's lines are indented at least as far as the quotes that end it
        """##
    ),
    (
        "x = \"\"\"\n  a \\(b\n  + c)\n  \"\"\"",
        ##"""
        t.mpo:2:5: error: `\(` is not closed on its line
         2 |   a \(b
           |     ^^
           hint: an interpolation ends with `)`: "η is \(eta)"
        """##
    ),
    (
        #""a \(b c) d""#,
        #"""
        t.mpo:1:8: error: expected `)`, found the name `c`
         1 | "a \(b c) d"
           |        ^
           hint: an interpolation ends with `)`, as in "η is \(eta)"
        """#
    ),
    (
        #""a \q""#,
        #"""
        t.mpo:1:4: error: unknown escape in a string
         1 | "a \q"
           |    ^^
           hint: known are `\n` `\t` `\r` `\"` `\\` `\u{3B7}` and `\(expression)`
        """#
    ),
    (
        #".5"#,
        #"""
        t.mpo:1:1: error: a number does not start with its point
         1 | .5
           | ^^
           hint: write `0.5`
        """#
    ),
    (
        #"1."#,
        #"""
        t.mpo:1:2: error: digits are missing after the point
         1 | 1.
           |  ^
           hint: write `1` or `1.0`
        """#
    ),
    (
        #"2x"#,
        #"""
        t.mpo:1:2: error: a number cannot be followed directly by a name
         1 | 2x
           |  ^
           hint: a product is written with `*`: `2 * x`
        """#
    ),
    (
        #"0xFF"#,
        #"""
        t.mpo:1:1: error: numbers are written in decimal, this one is hexadecimal
         1 | 0xFF
           | ^^^^
        """#
    ),
    (
        #"1__0"#,
        #"""
        t.mpo:1:2: error: `_` in a number stands between two digits
         1 | 1__0
           |  ^
           hint: as in `10_000`
        """#
    ),
    (
        #"1e999"#,
        #"""
        t.mpo:1:1: error: the number is too large
         1 | 1e999
           | ^^^^^
           hint: the largest number is about 1.8e308
        """#
    ),
    (
        #"t[1:3]"#,
        #"""
        t.mpo:1:4: error: slices are written as ranges
         1 | t[1:3]
           |    ^
           hint: write `1..<n`, or `:` alone for everything
        """#
    ),
    (
        #"t[:3]"#,
        #"""
        t.mpo:1:3: error: slices are written as ranges
         1 | t[:3]
           |   ^
           hint: write `0..<n`
        """#
    ),
    (
        #"xs[]"#,
        #"""
        t.mpo:1:4: error: expected an index, found `]`
         1 | xs[]
           |    ^
        """#
    ),
    (
        #"[x for x in xs]"#,
        #"""
        t.mpo:1:4: error: expected `,` or `]`, found the keyword `for`
         1 | [x for x in xs]
           |    ^^^
           | - `[` was opened here
           hint: a list is made from another with `xs.map { x -> … }`
        """#
    ),
    (
        #"x if a else b"#,
        #"""
        t.mpo:1:3: error: expected the end of the statement, found the keyword `if`
         1 | x if a else b
           |   ^^
           hint: a choice is written `if a { b } else { c }`
        """#
    ),
    (
        #"a ? b : c"#,
        #"""
        t.mpo:1:3: error: `?` has no meaning here
         1 | a ? b : c
           |   ^
           hint: a choice is written `if a { b } else { c }`
        """#
    ),
    (
        #"{"a": 1}"#,
        #"""
        t.mpo:1:2: error: keys are written without quotes
         1 | {"a": 1}
           |  ^^^
           hint: as in `{a: 1}`
        """#
    ),
    (
        #"{a: 1, a: 2}"#,
        #"""
        t.mpo:1:8: error: the key `a` stands twice
         1 | {a: 1, a: 2}
           |        ^
           |  - first here
        """#
    ),
    (
        #"func (x) { x }"#,
        #"""
        t.mpo:1:6: error: expected the function's name, found `(`
         1 | func (x) { x }
           |      ^
           hint: a function without a name is written `(a, b) -> a + b`
        """#
    ),
    (
        #"func f(x) = x"#,
        #"""
        t.mpo:1:11: error: expected `{` and the body of `f`, found `=`
         1 | func f(x) = x
           |           ^
           hint: a function's body stands in braces: `func f(…) { … }`
        """#
    ),
    (
        #"func f(x, x) { x }"#,
        #"""
        t.mpo:1:11: error: the parameter `x` stands twice
         1 | func f(x, x) { x }
           |           ^
           |        - first here
        """#
    ),
    (
        #"func f(x: 1, y) { x }"#,
        #"""
        t.mpo:1:14: error: `y` has no default but follows `x`, which has one
         1 | func f(x: 1, y) { x }
           |              ^
           hint: parameters with defaults stand last
        """#
    ),
    (
        #"func f(x = 1) { x }"#,
        #"""
        t.mpo:1:10: error: expected `,` or `)`, found `=`
         1 | func f(x = 1) { x }
           |          ^
           hint: a default follows `:`, as in `x: 1.0`
        """#
    ),
    (
        #"g = func(x) { x }"#,
        #"""
        t.mpo:1:5: error: a function with a name is a statement of its own
         1 | g = func(x) { x }
           |     ^^^^
           hint: a function as a value is written `(a, b) -> a + b` or `{ a, b -> … }`
        """#
    ),
    (
        #"constrain lab.kl < 0.1"#,
        #"""
        t.mpo:1:18: error: expected `<=` and the bound, found `<`
         1 | constrain lab.kl < 0.1
           |                  ^
           hint: as in `constrain lab.kl <= 0.1`
        """#
    ),
    (
        #"constrain lab <= 0.1"#,
        #"""
        t.mpo:1:11: error: expected a quantity of a lab, such as `lab.kl`
         1 | constrain lab <= 0.1
           |           ^^^
           hint: as in `constrain lab.kl <= 0.1`
        """#
    ),
    (
        #"penalize lab.kl 0.1"#,
        #"""
        t.mpo:1:17: error: expected `by` and the weight, found the number `0.1`
         1 | penalize lab.kl 0.1
           |                 ^^^
           hint: as in `penalize lab.kl by 0.5`
        """#
    ),
    (
        #"free lab"#,
        #"""
        t.mpo:1:6: error: expected a quantity of a lab, such as `lab.kl`
         1 | free lab
           |      ^^^
           hint: as in `free lab.kl`
        """#
    ),
    (
        #"use stats"#,
        #"""
        t.mpo:1:5: error: expected what to use, as a string, found the name `stats`
         1 | use stats
           |     ^^^^^
           hint: as in `use "stats"`
        """#
    ),
    (
        #"param eps 0.1"#,
        #"""
        t.mpo:1:11: error: expected `=` and the default of `eps`, found the number `0.1`
         1 | param eps 0.1
           |           ^^^
           hint: as in `param eps = 0.1`
        """#
    ),
    (
        #"if a { param x = 1 }"#,
        #"""
        t.mpo:1:8: error: `param` stands at the top level of a file, not in a block
         1 | if a { param x = 1 }
           |        ^^^^^
        """#
    ),
    (
        #"check = 1"#,
        #"""
        t.mpo:1:1: error: the keyword `check` cannot be a variable
         1 | check = 1
           | ^^^^^
           hint: `check_` can
        """#
    ),
    (
        #"1 = x"#,
        #"""
        t.mpo:1:1: error: a value cannot be assigned to
         1 | 1 = x
           | ^
           hint: on the left of `=` stands a name, a field or an element
        """#
    ),
    (
        #"f(x) = x ^ 2"#,
        #"""
        t.mpo:1:1: error: a call cannot be assigned to
         1 | f(x) = x ^ 2
           | ^^^^
           hint: a function is declared with `func f(…) { … }`
        """#
    ),
    (
        #"a = b = 1"#,
        #"""
        t.mpo:1:7: error: one assignment at a time
         1 | a = b = 1
           |       ^
           hint: write `b = c`, then `a = b`
        """#
    ),
    (
        #"a, b = f()"#,
        #"""
        t.mpo:1:2: error: expected the end of the statement, found `,`
         1 | a, b = f()
           |  ^
           hint: one value to one name: `a = 1; b = 2`
        """#
    ),
    (
        #"break"#,
        #"""
        t.mpo:1:1: error: `break` stands outside a loop
         1 | break
           | ^^^^^
        """#
    ),
    (
        #"return 1"#,
        #"""
        t.mpo:1:1: error: `return` stands outside a function
         1 | return 1
           | ^^^^^^
        """#
    ),
    (
        #"not"#,
        #"""
        t.mpo:1:4: error: expected a value, found the end of the input
         1 | not
           |    ^
        """#
    ),
    (
        #"a == not b"#,
        #"""
        t.mpo:1:6: error: `not` binds looser than the operator before it
         1 | a == not b
           |      ^^^
           hint: put it in parentheses: `(not x)`
        """#
    ),
    (
        #"for i, x in xs { i }"#,
        #"""
        t.mpo:1:6: error: expected `in`, found `,`
         1 | for i, x in xs { i }
           |      ^
           hint: a loop has one variable: `for pair in enumerate(xs) { … pair[0] … pair[1] … }`
        """#
    ),
    (
        #"for x in xs.map { x -> x } { x }"#,
        #"""
        t.mpo:1:28: error: expected the end of the statement, found `{`
         1 | for x in xs.map { x -> x } { x }
           |                            ^
           hint: in the header of `for` a function stands in parentheses: `xs.map(x -> …)`
        """#
    ),
    (
        #"1..5"#,
        #"""
        t.mpo:1:2: error: `..` alone is no range
         1 | 1..5
           |  ^^
           hint: `1...10` includes 10, `0..<10` does not
        """#
    ),
    (
        #"1...2...3"#,
        #"""
        t.mpo:1:6: error: a range has two ends
         1 | 1...2...3
           |      ^^^
        """#
    ),
    (
        #"()"#,
        #"""
        t.mpo:1:2: error: expected a value, found `)`
         1 | ()
           |  ^
           hint: a function without parameters is written `() -> …`; the empty value is `nothing`
        """#
    ),
    (
        #"(1, 2)"#,
        #"""
        t.mpo:1:3: error: expected `)`, found `,`
         1 | (1, 2)
           |   ^
           hint: a list is written in square brackets: `[1, 2]`
        """#
    ),
    (
        #"t.0"#,
        #"""
        t.mpo:1:3: error: expected a field's name, found the number `0`
         1 | t.0
           |   ^
           hint: an element is taken with brackets: `xs[0]`
        """#
    ),
    (
        #"x in xs"#,
        #"""
        t.mpo:1:3: error: expected the end of the statement, found the keyword `in`
         1 | x in xs
           |   ^^
           hint: membership is `contains(xs, x)`
        """#
    ),
    (
        #"f"a {x}""#,
        #"""
        t.mpo:1:2: error: expected the end of the statement, found a string
         1 | f"a {x}"
           |  ^
           hint: a string takes no prefix; a value stands in it as `\(x)`
        """#
    ),
    (
        #"“abc”"#,
        #"""
        t.mpo:1:1: error: strings are written in straight double quotes
         1 | “abc”
           | ^
           hint: replace `“` by `"`
        """#
    ),
    (
        #"a​b"#,
        #"""
        t.mpo:1:2: error: an invisible character (U+200B) stands here
         1 | a​b
           |  ^
           hint: delete it, or write a plain space
        """#
    ),
    (
        #"$x"#,
        #"""
        t.mpo:1:1: error: `$` has no meaning here
         1 | $x
           | ^
           hint: a value stands in a string as `\(x)`
        """#
    ),
    (
        #"}"#,
        #"""
        t.mpo:1:1: error: `}` closes nothing: no `{` is open
         1 | }
           | ^
        """#
    ),
    (
        #"x = y z"#,
        #"""
        t.mpo:1:7: error: expected the end of the statement, found the name `z`
         1 | x = y z
           |       ^
           hint: to call `y`, write `y(z)`
        """#
    ),
    (
        #"class A { }"#,
        #"""
        t.mpo:1:1: error: `class` has no meaning here
         1 | class A { }
           | ^^^^^
           hint: data is held in records: `{mean: 0, std: 1}`
        """#
    ),
    (
        #"import numpy as np"#,
        #"""
        t.mpo:1:1: error: `import` has no meaning here
         1 | import numpy as np
           | ^^^^^^
           hint: a file of definitions is loaded with `use "name"`
        """#
    ),
    (
        #"while true do"#,
        #"""
        t.mpo:1:12: error: expected `{` and the body of `while`, found the name `do`
         1 | while true do
           |            ^^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"if x then y"#,
        #"""
        t.mpo:1:6: error: expected `{` and the body of `if`, found the name `then`
         1 | if x then y
           |      ^^^^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"repeat { x }"#,
        #"""
        t.mpo:1:8: error: expected how many times to repeat, found `{`
         1 | repeat { x }
           |        ^
           hint: write `repeat 5 { … }`, or `while true { … }` for a loop without end
        """#
    ),
    (
        #"λx = 日本 日本"#,
        #"""
        t.mpo:1:9: error: expected the end of the statement, found the name `日本`
         1 | λx = 日本 日本
           |           ^^^^
           hint: to call `日本`, write `日本(日本)`
        """#
    ),
    (
        #"""
        	x = 	'a'
        """#,
        #"""
        t.mpo:1:7: error: strings are written in double quotes
         1 |     x =     'a'
           |             ^
           hint: write "a"
        """#
    ),
    (
        #"f(*xs)"#,
        #"""
        t.mpo:1:3: error: expected a value, found `*`
         1 | f(*xs)
           |   ^
           hint: arguments are not unpacked here
        """#
    ),
    (
        #"+x"#,
        #"""
        t.mpo:1:1: error: expected a value, found `+`
         1 | +x
           | ^
           hint: there is no unary `+`
        """#
    ),
    (
        #"f { a: 1 }"#,
        #"""
        t.mpo:1:3: error: expected a block, found a record
         1 | f { a: 1 }
           |   ^
           hint: a record is an argument like any other: `f({a: 1})`
        """#
    ),
    (
        #"if a { b: 1 }"#,
        #"""
        t.mpo:1:6: error: expected the body of `if`, found a record
         1 | if a { b: 1 }
           |      ^
           hint: a body whose value is a record has braces of its own around it: `{ {a: 1} }`
        """#
    ),
    (
        #"""
        xs.map(x -> x
        f(2)
        """#,
        #"""
        t.mpo:2:1: error: expected `,` or `)`, found the name `f`
         2 | f(2)
           | ^
         1 | xs.map(x -> x
           |       - `(` was opened here
        """#
    ),
    (
        #"{ x -> "#,
        #"""
        t.mpo:1:7: error: expected `}`, found the end of the input
         1 | { x ->
           |       ^
           | - `{` was opened here
        """#
    ),
    (
        #"return"#,
        #"""
        t.mpo:1:1: error: `return` stands outside a function
         1 | return
           | ^^^^^^
        """#
    ),
    (
        #"f(x: 1, x: 2)"#,
        #"""
        t.mpo:1:9: error: the argument `x` stands twice
         1 | f(x: 1, x: 2)
           |         ^
           |   - first here
        """#
    ),
    (
        #"a !== b"#,
        #"""
        t.mpo:1:3: error: `!==` has no meaning here
         1 | a !== b
           |   ^^^
           hint: inequality is `!=`
        """#
    ),
    (
        #"if (x > 1) print(x)"#,
        #"""
        t.mpo:1:12: error: expected `{` and the body of `if`, found the name `print`
         1 | if (x > 1) print(x)
           |            ^^^^^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"x = if a 1 else 2"#,
        #"""
        t.mpo:1:10: error: expected `{` and the body of `if`, found the number `1`
         1 | x = if a 1 else 2
           |          ^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"""
        f(1, # the first
          2
          3)
        """#,
        #"""
        t.mpo:3:3: error: expected `,` or `)`, found the number `3`
         3 |   3)
           |   ^
         1 | f(1, # the first
           |  - `(` was opened here
        """#
    ),
    (
        #"check x > 1 "too small""#,
        #"""
        t.mpo:1:13: error: expected the end of the statement, found a string
         1 | check x > 1 "too small"
           |             ^
           hint: a comma stands before the message
        """#
    ),
    (
        #"""
        x = (1 + 2
        y = 3
        """#,
        #"""
        t.mpo:2:1: error: expected `)`, found the name `y`
         2 | y = 3
           | ^
         1 | x = (1 + 2
           |     - `(` was opened here
        """#
    ),
    (
        #""η is \(lab.eta""#,
        #"""
        t.mpo:1:16: error: expected `)`, found a string
         1 | "η is \(lab.eta"
           |                ^
           hint: an interpolation ends with `)`, as in "η is \(eta)"
        """#
    ),
    (
        #""é日本": x"#,
        #"""
        t.mpo:1:6: error: expected the end of the statement, found `:`
         1 | "é日本": x
           |        ^
           hint: blocks stand in braces: `{ … }`
        """#
    ),
    (
        #"loop = 1; loop do"#,
        #"""
        t.mpo:1:11: error: `loop` has no meaning here
         1 | loop = 1; loop do
           |           ^^^^
           hint: a loop is written `while true { … }`
        """#
    ),
    (
        #"for x of xs { x }"#,
        #"""
        t.mpo:1:7: error: expected `in`, found the name `of`
         1 | for x of xs { x }
           |       ^^
        """#
    ),
    (
        #"if x { 1 } else x"#,
        #"""
        t.mpo:1:17: error: expected `{` and the body of `else`, found the name `x`
         1 | if x { 1 } else x
           |                 ^
           hint: a body stands in braces: `{ … }`
        """#
    ),
    (
        #"1 = 2"#,
        #"""
        t.mpo:1:1: error: a value cannot be assigned to
         1 | 1 = 2
           | ^
           hint: on the left of `=` stands a name, a field or an element
        """#
    ),
    (
        #"a and = 3"#,
        #"""
        t.mpo:1:7: error: expected a value, found `=`
         1 | a and = 3
           |       ^
           hint: `=` assigns; `==` compares
        """#
    ),
    (
        #"x.1"#,
        #"""
        t.mpo:1:3: error: expected a field's name, found the number `1`
         1 | x.1
           |   ^
           hint: an element is taken with brackets: `xs[1]`
        """#
    ),
    (
        #"net = network(inputs: 3) { linear(100), tanh }"#,
        #"""
        t.mpo:1:39: error: expected the end of the statement, found `,`
         1 | net = network(inputs: 3) { linear(100), tanh }
           |                                       ^
           hint: statements are separated by a new line or `;`
        """#
    ),
    (
        #"xs[1; 2]"#,
        #"""
        t.mpo:1:5: error: expected `,` or `]`, found `;`
         1 | xs[1; 2]
           |     ^
           |   - `[` was opened here
        """#
    ),
    (
        #"try { 1 } catch { 2 }"#,
        #"""
        t.mpo:1:11: error: expected the end of the statement, found the name `catch`
         1 | try { 1 } catch { 2 }
           |           ^^^^^
           hint: statements are separated by a new line or `;`
        """#
    ),
]
