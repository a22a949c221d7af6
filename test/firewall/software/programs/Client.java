// Java's HttpClient, HTTP/2 where offered: URL, COUNT.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Client {
    public static void main(String[] args) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create(args[0])).build();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || !answer.body().equals("hello\n")) throw new RuntimeException("request " + i);
        }
        System.out.println("all answered");
    }
}
