using Xunit.Sdk;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A part of a fixture that may be unavailable on the machine. A test that uses an unavailable part is skipped.</summary>
internal sealed class Optional<T>
    where T : class
{
    private T? _value;
    private SkipException? _missing;

    /// <summary>Gets the part. Skips the test if the part is unavailable.</summary>
    public T Value =>
        _value ?? throw (Exception?)_missing ?? new InvalidOperationException($"The {typeof(T).Name} was not created.");

    /// <summary>Creates the part, or stores the reason why it is unavailable.</summary>
    public async Task CreateAsync(Func<Task<T>> create)
    {
        try
        {
            _value = await create();
        }
        catch (SkipException missing)
        {
            // An exception thrown by the fixture would fail the tests that share it.
            _missing = missing;
        }
    }
}
