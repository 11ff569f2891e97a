using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Logins with wrong passwords for an account in use, below the rate limit of a client.</summary>
internal sealed class LoginFlood() : Attack("logins")
{
    private const int PerSecond = 80;

    /// <summary>The maximum number of logins of the whole attack.</summary>
    private const int Most = 3_000;

    public override string Description => $"{PerSecond} logins/s with wrong passwords from one address, each on a new connection";

    /// <summary>Builds the request of a login.</summary>
    public static byte[] Login(string email, string password) => Post("/api/users/login", $$"""{"email":"{{email}}","password":"{{password}}"}""");

    /// <summary>Builds a POST request with a JSON body.</summary>
    public static byte[] Post(string path, string json) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}");

    /// <summary>Returns the email address of an account by its number. The first account is attacked.</summary>
    public static string Account(int index) => string.Create(CultureInfo.InvariantCulture, $"owl-{index}@example.org");

    public override async Task<string> RunAsync(AttackTarget target, CancellationToken stop)
    {
        var pace = new Pace(PerSecond);
        var statuses = new ConcurrentDictionary<string, int>();
        var logins = new List<Task>();
        try
        {
            while (logins.Count < Most)
            {
                await pace.WaitAsync(stop);
                logins.Add(LoginAsync(target.EndPoint, logins.Count, statuses, stop));
            }
        }
        catch (OperationCanceledException)
        {
            // The attack has ended.
        }

        await Task.WhenAll(logins);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{logins.Count:N0} logins: {string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Value} × {status.Key}"))}");
    }

    private static async Task LoginAsync(IPEndPoint target, int index, ConcurrentDictionary<string, int> statuses, CancellationToken stop)
    {
        var status = "failed";
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            socket.Bind(new IPEndPoint(AttackTarget.Attacker(0), 0));
            await socket.ConnectAsync(target, stop);
            await socket.SendAsync(Login(Account(0), $"wrong-{index}"), stop);
            var buffer = new byte[1024];
            if (await socket.ReceiveAsync(buffer, stop) is var count && Encoding.ASCII.GetString(buffer, 0, count).Split(' ') is [_, var code, ..])
            {
                status = code;
            }
        }
        catch (OperationCanceledException)
        {
            status = "unanswered";
        }
        catch (SocketException)
        {
            // The login counts as failed.
        }

        statuses.AddOrUpdate(status, 1, (_, number) => number + 1);
    }
}
