using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using OwlBoard.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>
/// The loops of tests that use sockets without a host. Each collection has its own loops, so that a test that blocks a loop
/// does not delay parallel tests.
/// </summary>
internal static class TestLoops
{
    private static readonly ConcurrentDictionary<string, SocketLoops> Loops = new();

    public static SocketLoops Instance =>
        Loops.GetOrAdd(TestContext.Current.TestCollection!.UniqueID, static _ => new SocketLoops(NullLogger<SocketLoops>.Instance));
}
