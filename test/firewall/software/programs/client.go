// Go's net/http, HTTP/2 where offered: URL, COUNT.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
)

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	for i := 0; i < count; i++ {
		answer, err := http.Get(os.Args[1])
		if err != nil {
			panic(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != 200 || string(body) != "hello\n" {
			panic(fmt.Sprint("request ", i, err))
		}
	}
	fmt.Println("all answered")
}
