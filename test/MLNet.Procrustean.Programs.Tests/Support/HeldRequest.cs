using System.Net.Sockets;
using System.Text;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>A request that a server has started to read, and whose body it waits for.</summary>
internal sealed class HeldRequest : IDisposable
{
    private readonly TcpClient connection;
    private readonly byte[] body;

    /// <summary>Sends everything except the body, and waits until the server asks for the body.</summary>
    public HeldRequest(Uri server, string path, byte[] body)
    {
        this.body = body;
        connection = new(server.Host, server.Port);
        Stream.Write(
            Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Length: {body.Length}\r\n"
                    + "Expect: 100-continue\r\nConnection: close\r\n\r\n"
            )
        );
        const string proceed = "HTTP/1.1 100 Continue\r\n\r\n";
        var answer = new byte[proceed.Length];
        Stream.ReadExactly(answer);
        Assert.That(Encoding.ASCII.GetString(answer), Is.EqualTo(proceed));
    }

    private NetworkStream Stream => connection.GetStream();

    /// <summary>Sends the body and returns the server's answer, from the status line on.</summary>
    public string Finish()
    {
        Stream.Write(body);
        return Answer();
    }

    /// <summary>The server's answer without the body having been sent.</summary>
    public string Answer()
    {
        using var reader = new StreamReader(Stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public void Dispose() => connection.Dispose();
}
