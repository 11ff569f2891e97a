using System.Buffers;
using System.Buffers.Binary;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Counts the frames of an HTTP/2 connection without progress: empty <c>DATA</c>, <c>CONTINUATION</c>, <c>SETTINGS</c> and
/// <c>PING</c>. Flow control does not bound them, nor do Kestrel's limits of header bytes if they are empty (CVE-2024-27316
/// and similar).
/// </summary>
internal sealed class Http2FrameCounter(TimeProvider time)
{
    /// <summary>The length of the client's connection preface (RFC 9113 section 3.4).</summary>
    private const int PrefaceBytes = 24;

    private const int HeaderBytes = 9;

    /// <summary>The maximum <c>CONTINUATION</c> frames of a header block. The default limits of header bytes need at most 2.</summary>
    private const int MaxContinuations = 32;

    /// <summary>The maximum number of frames without progress in a <see cref="Window"/>.</summary>
    private const int MaxWithoutProgress = 1_000;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerLength;
    private long _skip = PrefaceBytes;
    private int _continuations;
    private int _withoutProgress;
    private long _windowStart;

    /// <summary>Counts the frames in received bytes. Each byte must be passed once.</summary>
    /// <returns><see langword="true"/> if the connection is within the limits.</returns>
    public bool TryCount(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            var rest = segment.Span;
            while (!rest.IsEmpty)
            {
                if (_skip > 0)
                {
                    var skipped = (int)Math.Min(_skip, rest.Length);
                    _skip -= skipped;
                    rest = rest[skipped..];
                    continue;
                }

                var copied = Math.Min(HeaderBytes - _headerLength, rest.Length);
                rest[..copied].CopyTo(_header.AsSpan(_headerLength));
                _headerLength += copied;
                rest = rest[copied..];
                if (_headerLength == HeaderBytes)
                {
                    _headerLength = 0;
                    _skip = BinaryPrimitives.ReadInt32BigEndian(_header) >>> 8;
                    if (!TryCountFrame((FrameType)_header[3], (FrameFlags)_header[4], isEmpty: _skip == 0))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    private bool TryCountFrame(FrameType type, FrameFlags flags, bool isEmpty)
    {
        switch (type)
        {
            case FrameType.Data when !isEmpty || flags.HasFlag(FrameFlags.EndStreamOrAck):
            case FrameType.Headers when flags.HasFlag(FrameFlags.EndHeaders):
                _continuations = 0;
                _withoutProgress = 0;
                return true;
            case FrameType.Headers:
                _continuations = 0;
                return true;
            case FrameType.Continuation:
                return ++_continuations <= MaxContinuations && TryCountWithoutProgress();
            case FrameType.Data or FrameType.Settings or FrameType.Ping:
                return TryCountWithoutProgress();
            default:
                return true;
        }
    }

    private bool TryCountWithoutProgress()
    {
        if (_withoutProgress++ == 0 || time.GetElapsedTime(_windowStart) >= Window)
        {
            _windowStart = time.GetTimestamp();
            _withoutProgress = 1;
        }

        return _withoutProgress <= MaxWithoutProgress;
    }

    private enum FrameType : byte
    {
        Data = 0,
        Headers = 1,
        Settings = 4,
        Ping = 6,
        Continuation = 9,
    }

    [Flags]
    private enum FrameFlags : byte
    {
        EndStreamOrAck = 0x1,
        EndHeaders = 0x4,
    }
}
